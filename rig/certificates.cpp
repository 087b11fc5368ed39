#include "rig/certificates.hpp"

#include <vector>

#include "rig/child_process.hpp"

namespace lockstep::rig {

namespace {

Result<void> openssl(const std::string& folder, std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "openssl");
  const ChildOptions options{
      .arguments = std::move(arguments), .environment = {}, .output_file = folder + "/openssl.log"};
  return run_to_end(options, seconds(30));
}

std::vector<std::string> request(const std::string& key_file, const std::string& cert_file,
                                 const std::string& common_name) {
  return {
      "req",    "-x509", "-newkey", "ec",    "-pkeyopt",           "ec_paramgen_curve:prime256v1",
      "-days",  "2",     "-nodes",  "-subj", "/CN=" + common_name, "-keyout",
      key_file, "-out",  cert_file};
}

}  // namespace

Result<Certificates> make_certificates(const std::string& folder,
                                       const std::string& subject_alt_name) {
  const Certificates made{folder + "/ca.crt", folder + "/server.crt", folder + "/server.key"};
  const std::string ca_key = folder + "/ca.key";
  const auto authority = openssl(folder, request(ca_key, made.ca_file, "lockstep test authority"));
  if (!authority) return fail(authority.error());
  std::vector<std::string> signing = request(made.key_file, made.cert_file, "lockstep test server");
  for (const std::string& more :
       {std::string("-CA"), made.ca_file, std::string("-CAkey"), ca_key, std::string("-addext"),
        "subjectAltName=" + subject_alt_name, std::string("-addext"),
        std::string("basicConstraints=critical,CA:FALSE")}) {
    signing.push_back(more);
  }
  const auto server = openssl(folder, std::move(signing));
  if (!server) return fail(server.error());
  return made;
}

}  // namespace lockstep::rig
