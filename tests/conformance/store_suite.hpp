/// What every store must do. A store's test instantiates the suite with a factory:
///
///   INSTANTIATE_TEST_SUITE_P(Memory, StoreSuite, testing::Values(&make_memory_fixture));
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>

#include "store/store.hpp"

namespace godwit::store::test {

/// One empty place where a store keeps its data, and the means to open it.
class StoreFixture {
 public:
  virtual ~StoreFixture() = default;
  /// Opens what is kept there; an earlier store is gone by then if the store is persistent.
  virtual std::unique_ptr<Store> open() = 0;
  virtual bool persistent() const = 0;
  /// May several threads (nodes) use stores of this place at once?
  virtual bool concurrent() const = 0;
  /// Why the suite cannot run here; empty: it can.
  virtual std::string unavailable() const { return {}; }
};

using MakeStoreFixture = std::unique_ptr<StoreFixture> (*)();

class StoreSuite : public testing::TestWithParam<MakeStoreFixture> {
 protected:
  void SetUp() override;
  void TearDown() override;

  std::optional<Record> get(const Key& key);
  bool commit(std::vector<Write> batch);
  std::vector<std::string> names(const std::string& user, Kind kind, const std::string& prefix,
                                 const std::string& after, std::size_t limit);

  std::unique_ptr<StoreFixture> fixture_;
  std::unique_ptr<Store> store_;
};

}  // namespace godwit::store::test
