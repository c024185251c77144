#include "app/certificate_files.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>

#include "base/fault.hpp"
#include "base/log.hpp"

namespace godwit::app {
namespace {

constexpr Log logger("certificates");
constexpr std::size_t questions_max = 1000;                  // that wait
constexpr std::uintmax_t file_bytes_max = 64 * 1024 * 1024;  // large authorities revoke much
constexpr std::chrono::minutes fresh{10};
constexpr const char* usual_authorities = "/etc/ssl/certs/ca-certificates.crt";

std::string read_file(const std::filesystem::path& path) {
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  std::ifstream in(path, std::ios::binary);
  if (error || !in || size > file_bytes_max) {
    throw Fault(Fault::Kind::unavailable, path.string() + ": cannot be read");
  }
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

/// Of a folder all files, by name.
std::vector<std::filesystem::path> files_of(const Strings& paths) {
  std::vector<std::filesystem::path> out;
  for (const std::string& path : paths) {
    std::error_code error;
    if (!std::filesystem::is_directory(path, error)) {
      out.emplace_back(path);
      continue;
    }
    const std::size_t before = out.size();
    for (const auto& entry : std::filesystem::directory_iterator(path, error)) {
      if (entry.is_regular_file(error)) out.push_back(entry.path());
    }
    std::sort(out.begin() + static_cast<std::ptrdiff_t>(before), out.end());
  }
  return out;
}

std::vector<std::string> read_all(const Strings& paths) {
  std::vector<std::string> out;
  for (const auto& path : files_of(paths)) out.push_back(read_file(path));
  return out;
}

/// What tells a file from the one that was there before it.
struct Stamp {
  std::filesystem::path path;
  std::filesystem::file_time_type written;
  std::uintmax_t size = 0;
  friend bool operator==(const Stamp&, const Stamp&) = default;
};

std::vector<Stamp> stamps_of(const Strings& paths) {
  std::vector<Stamp> out;
  for (const auto& path : files_of(paths)) {
    std::error_code error;
    out.push_back({path, std::filesystem::last_write_time(path, error),
                   std::filesystem::file_size(path, error)});
  }
  return out;
}

}  // namespace

struct CertificateFiles::State {
  Strings authorities;
  Strings revocation_lists;
  std::optional<convert::CertificateTrust> trust{};
  Time read_at{};
  std::vector<Stamp> stamps{};

  /// Throws Fault.
  const convert::CertificateTrust& trust_at(Time now) {
    auto found = stamps_of(authorities);
    std::ranges::move(stamps_of(revocation_lists), std::back_inserter(found));
    if (trust && found == stamps && now - read_at < fresh) return *trust;
    auto made = convert::CertificateTrust::make(read_all(authorities), read_all(revocation_lists));
    if (!made) throw Fault(Fault::Kind::corrupt, made.error().message);
    trust = std::move(*made);
    read_at = now;
    stamps = std::move(found);
    return *trust;
  }

  std::vector<convert::CertificateVerdict> answer(const Question& question) {
    try {
      const convert::CertificateTrust& trusted = trust_at(question.now);
      std::vector<convert::CertificateVerdict> out;
      out.reserve(question.certificates.size());
      for (const std::string& der : question.certificates) {
        out.push_back(trusted.check(der, question.chain, question.now, question.revocation,
                                    question.purpose));
      }
      return out;
    } catch (const Fault& fault) {
      logger.error("certificates.unusable", {{"why", fault.what()}});
      throw;
    }
  }
};

CertificateFiles::CertificateFiles(Strings authorities, Strings revocation_lists)
    : state_(std::make_shared<State>(State{std::move(authorities), std::move(revocation_lists)})),
      gate_("certificates", 1, questions_max) {
  if (state_->authorities.empty()) state_->authorities.emplace_back(usual_authorities);
}

Task<std::vector<convert::CertificateVerdict>> CertificateFiles::check(Question question) {
  auto work = [state = state_, question = std::move(question)] { return state->answer(question); };
  co_return co_await blocking(gate_, std::move(work));
}

}  // namespace godwit::app
