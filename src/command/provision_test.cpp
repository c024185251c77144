// A device provisions while the administrator orders something of it.
#include <gtest/gtest.h>

#include "command/test_bed.hpp"
#include "policy/device.hpp"
#include "wbxml/pages/provision.hpp"

namespace godwit::command {
namespace {

namespace tag = wbxml::provision;
using client::Node;
using policy::Wipe;
using policy::WipeScope;

class ProvisionTest : public testing::Test {
 protected:
  store::Key key() {
    return {"anna@example.test", store::Kind::device, bed_.device().settings().id};
  }
  policy::Device stored() {
    return policy::unpack_device(test::run(bed_.store().get(key()))->value).value();
  }
  /// The administrator writes the record of the device.
  void order(store::Store& store, Wipe wipe, WipeScope scope) {
    policy::Device device = stored();
    device.wipe = wipe;
    device.wipe_scope = scope;
    std::vector<store::Write> batch;
    batch.push_back({key(), std::nullopt, pack(device)});
    EXPECT_TRUE(test::run(store.commit(std::move(batch))));
  }
  void order(Wipe wipe, WipeScope scope) { order(bed_.store(), wipe, scope); }
  void order_meanwhile(Wipe wipe, WipeScope scope) {
    bed_.store().before_commit(
        [this, wipe, scope](store::Store& store) { order(store, wipe, scope); });
  }
  /// "RemoteWipe", "AccountOnlyRemoteWipe", or nothing.
  std::string ask(Node request) {
    const Node answer = bed_.ask("Provision", request);
    if (answer.find(tag::AccountOnlyRemoteWipe) != nullptr) return "AccountOnlyRemoteWipe";
    return answer.find(tag::RemoteWipe) != nullptr ? "RemoteWipe" : "";
  }
  std::string ask() { return ask(Node(tag::Provision)); }
  static Node acknowledgement(wbxml::Tag of) {
    return Node(tag::Provision, {Node(of, {Node(tag::Status, "1")})});
  }

  TestBed bed_;
};

TEST_F(ProvisionTest, WhatIsOrderedMeanwhileIsNotWidenedNorLost) {
  order(Wipe::ordered, WipeScope::device);
  order_meanwhile(Wipe::ordered, WipeScope::account);
  EXPECT_EQ(ask(), "AccountOnlyRemoteWipe");
  EXPECT_EQ(stored().wipe_scope, WipeScope::account);
  EXPECT_TRUE(policy::wipe_stands(stored()));
}

TEST_F(ProvisionTest, AnOrderTakenBackMeanwhileIsNotGiven) {
  order(Wipe::ordered, WipeScope::device);
  order_meanwhile(Wipe::none, WipeScope::device);
  EXPECT_EQ(ask(), "");
  EXPECT_EQ(stored().wipe, Wipe::none);
}

TEST_F(ProvisionTest, TheAccountAloneIsNotAllThatWasOrdered) {
  order(Wipe::ordered, WipeScope::account);
  EXPECT_EQ(ask(), "AccountOnlyRemoteWipe");
  order(Wipe::ordered, WipeScope::device);
  EXPECT_EQ(ask(acknowledgement(tag::AccountOnlyRemoteWipe)), "RemoteWipe");
  EXPECT_TRUE(policy::wipe_stands(stored()));
  EXPECT_EQ(ask(acknowledgement(tag::RemoteWipe)), "");
  EXPECT_EQ(stored().wipe, Wipe::done);
}

TEST_F(ProvisionTest, WhatTheDeviceHasDoneIsDone) {
  order(Wipe::sent, WipeScope::device);
  order_meanwhile(Wipe::none, WipeScope::device);
  EXPECT_EQ(ask(acknowledgement(tag::RemoteWipe)), "");
  EXPECT_EQ(stored().wipe, Wipe::done);
  EXPECT_TRUE(stored().blocked);
}

}  // namespace
}  // namespace godwit::command
