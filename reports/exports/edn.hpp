// A history in the EDN that Jepsen writes as history.edn: one map per line, no brackets around
// them, as `(repeatedly #(edn/read {:eof nil} reader))` and readers by line take it.
//
//   {:index 3, :time 59341606, :process 0, :type :ok, :f :acquire, :value nil, :key "k0", :token 1}
//
//   :index :time    as in history.jsonl: dense, and ns since the start of the run
//   :process        an integer, or :nemesis
//   :type           :invoke, :ok, :fail, :info
//   :f              a keyword; a string where the name is no keyword ("has space")
//   :value          of operations the integer that was written, read, pushed or popped, else nil;
//                   of the nemesis the node that it struck, else nil
//   :error          a keyword like :contended; a string where it is none
//   :node :key :sink :cause (strings) :lease :owner :token :seen :id :attempt :ttl-ns :commit-ns
//   :commit-index   only where there is something to say
//
// The key is not part of the value: for jepsen.independent wrap it, (independent/tuple key value).
// Functions keep our names: push and pop where Jepsen's queue models say enqueue and dequeue.
// Header and footer, and what services' logs say of operations without an answer, are left out.
#pragma once

#include <iosfwd>

#include "checkers/history.hpp"
#include "impl/base/result.hpp"

namespace lockstep::reports {

/// Errors, definite: io_error - the stream failed; what was written is incomplete.
[[nodiscard]] Result<void> write_edn(const checkers::History& history, std::ostream& out);

}  // namespace lockstep::reports
