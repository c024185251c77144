/// Backends with a clock before them: each call is counted with the time it took. What can be asked
/// of a backend beside its interface (backend/decoded.hpp) can be asked of them as well, and what
/// the calls of one request took (backend/spent.hpp).
#pragma once

#include "app/counts.hpp"
#include "backend/backend.hpp"
#include "backend/items.hpp"

namespace godwit::app {

/// Both outlive it and what it opens; so in the following.
class MeasuredMailBackend final : public backend::MailBackend {
 public:
  MeasuredMailBackend(backend::MailBackend& inner, BackendCounts& counts)
      : inner_(inner), counts_(counts) {}
  std::shared_ptr<backend::Mail> open(const backend::Account& account) override;

 private:
  backend::MailBackend& inner_;
  BackendCounts& counts_;
};

class MeasuredItemsBackend final : public backend::ItemsBackend {
 public:
  MeasuredItemsBackend(backend::ItemsBackend& inner, BackendCounts& counts)
      : inner_(inner), counts_(counts) {}
  std::shared_ptr<backend::Items> open_items(const backend::Account& account) override;

 private:
  backend::ItemsBackend& inner_;
  BackendCounts& counts_;
};

class MeasuredSubmission final : public backend::Submission {
 public:
  MeasuredSubmission(backend::Submission& inner, BackendCounts& counts)
      : inner_(inner), counts_(counts) {}
  Task<Result<>> submit(backend::Account account, Envelope envelope,
                        std::shared_ptr<const backend::MessageSource> message) override;

 private:
  backend::Submission& inner_;
  BackendCounts& counts_;
};

}  // namespace godwit::app
