#include "bench/raw_redis.hpp"

#include <array>

#include "bench/measure.hpp"

namespace lockstep::bench {

RawRedis::RawRedis(const redis::Options& options) {
  if (options.endpoint.tls) give_up("the ceilings are measured without TLS: use a redis:// URL");
  context_.reset(redisConnect(options.endpoint.host.c_str(), options.endpoint.port));
  if (context_ == nullptr || context_->err != 0) {
    give_up("cannot connect to " + redis::address_of(options));
  }
  if (!options.password.empty()) {
    if (options.user.empty()) send({"AUTH", options.password});
    if (!options.user.empty()) send({"AUTH", options.user, options.password});
    reply_any();
  }
  if (options.db != 0) {
    send({"SELECT", std::to_string(options.db)});
    reply_any();
  }
}

void RawRedis::send(const std::vector<std::string>& words) {
  constexpr std::size_t few = 16;
  std::array<const char*, few> texts{};
  std::array<std::size_t, few> sizes{};
  if (words.size() <= few) {
    for (std::size_t i = 0; i < words.size(); ++i) {
      texts[i] = words[i].data();
      sizes[i] = words[i].size();
    }
    redisAppendCommandArgv(context_.get(), static_cast<int>(words.size()), texts.data(),
                           sizes.data());
    return;
  }
  std::vector<const char*> more_texts;
  std::vector<std::size_t> more_sizes;
  for (const std::string& word : words) {
    more_texts.push_back(word.data());
    more_sizes.push_back(word.size());
  }
  redisAppendCommandArgv(context_.get(), static_cast<int>(words.size()), more_texts.data(),
                         more_sizes.data());
}

void RawRedis::flush() {
  int done = 0;
  while (done == 0) {
    if (redisBufferWrite(context_.get(), &done) != REDIS_OK) give_up("the connection broke");
  }
}

RawRedis::Reply RawRedis::take() {
  void* raw = nullptr;
  if (redisGetReply(context_.get(), &raw) != REDIS_OK) {
    give_up(std::string("the connection broke: ") + context_->errstr);
  }
  Reply reply(static_cast<redisReply*>(raw));
  if (reply->type == REDIS_REPLY_ERROR) give_up(std::string(reply->str, reply->len));
  return reply;
}

std::string RawRedis::load(std::string_view script) {
  send({"SCRIPT", "LOAD", std::string(script)});
  return reply_text();
}

std::int64_t RawRedis::reply_integer() {
  const Reply reply = take();
  if (reply->type != REDIS_REPLY_INTEGER) give_up("not an integer");
  return reply->integer;
}

std::string RawRedis::reply_text() {
  auto text = reply_optional();
  if (!text) give_up("nil instead of a text");
  return std::move(*text);
}

std::optional<std::string> RawRedis::reply_optional() {
  const Reply reply = take();
  if (reply->type == REDIS_REPLY_NIL) return std::nullopt;
  if (reply->type != REDIS_REPLY_STRING && reply->type != REDIS_REPLY_STATUS) give_up("not a text");
  return std::string(reply->str, reply->len);
}

void RawRedis::reply_any() { static_cast<void>(take()); }

RawRedis::Page RawRedis::reply_page() {
  const Reply reply = take();
  const bool fits = reply->type == REDIS_REPLY_ARRAY && reply->elements == 2 &&
                    reply->element[1]->type == REDIS_REPLY_ARRAY;
  if (!fits) give_up("not a page of SCAN");
  Page page;
  page.cursor.assign(reply->element[0]->str, reply->element[0]->len);
  for (std::size_t i = 0; i < reply->element[1]->elements; ++i) {
    const redisReply* key = reply->element[1]->element[i];
    page.keys.emplace_back(key->str, key->len);
  }
  return page;
}

void raw_pipeline(RawRedis& redis, std::uint64_t count, std::uint64_t window,
                  const std::function<std::vector<std::string>(std::uint64_t)>& command) {
  std::uint64_t sent = 0;
  for (std::uint64_t done = 0; done < count; ++done) {
    while (sent < count && sent - done < window) redis.send(command(sent++));
    static_cast<void>(redis.reply_text());
  }
}

}  // namespace lockstep::bench
