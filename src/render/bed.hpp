/// For tests of this folder: one mailbox in memory and what rendering gives of it, as a tree.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

#include "backend/memory/memory.hpp"
#include "http/spool.hpp"
#include "render/render.hpp"
#include "run.hpp"
#include "wbxml/element.hpp"
#include "wbxml/pages/airsync.hpp"

namespace godwit::render {

struct Bed {
  Bed()
      : server(clock),
        account(server.add_user("ada@example.com", "secret", "Ada")),
        mail(server.open(account)),
        memory(server.mail(account.user)),
        inbox(memory.find_folder(FolderRole::inbox).value()),
        spools(testing::TempDir(), 64 * 1024) {}

  std::uint32_t validity() { return test::run(mail->status(inbox))->uid_validity; }

  Request request(std::vector<Uid> uids, Options options) {
    return {inbox, validity(), std::move(uids), "c1", std::move(options)};
  }

  Result<Renderer::Batch> prepare(Request request) {
    Renderer renderer(mail, spools);
    return test::run(renderer.prepare(std::move(request)));
  }

  /// The only item of that message; fails the test when there is none.
  Prepared one(std::string message, Options options, Form form = Form::full, Flags flags = {}) {
    const Uid uid = memory.deliver(inbox, std::move(message), std::move(flags));
    Request wanted = request({uid}, std::move(options));
    wanted.form = form;
    auto batch = prepare(std::move(wanted));
    if (!batch || batch->items.size() != 1) {
      ADD_FAILURE() << "nothing was rendered";
      return {};
    }
    return std::move(batch->items.front());
  }

  ManualClock clock;
  backend::MemoryServer server;
  backend::Account account;
  std::shared_ptr<backend::Mail> mail;
  backend::MemoryMail& memory;
  FolderKey inbox;
  http::SpoolDirectory spools;
};

/// What an item writes, as a tree over a document that lives with it.
struct Written {
  explicit Written(const Prepared& item) {
    if (!item.write) {
      ADD_FAILURE() << item.write.error().message;
      return;
    }
    StringSink sink;
    wbxml::Writer writer(sink);
    writer.open(wbxml::airsync::ApplicationData);
    (*item.write)(writer);
    writer.close();
    EXPECT_EQ(writer.depth(), 0U);
    document = sink.take();
    auto parsed = wbxml::parse(document);
    EXPECT_TRUE(parsed) << (parsed ? "" : parsed.error().message);
    if (parsed) root = std::move(*parsed);
  }
  Written(const Written&) = delete;
  Written& operator=(const Written&) = delete;

  /// The element at the end of that path; an empty one when there is none.
  const wbxml::Element& at(std::initializer_list<wbxml::Tag> path) const {
    static const wbxml::Element none;
    const wbxml::Element* element = &root;
    for (const wbxml::Tag tag : path) {
      element = element->find(tag);
      if (element == nullptr) return none;
    }
    return *element;
  }
  bool has(std::initializer_list<wbxml::Tag> path) const {
    const wbxml::Element* element = &root;
    for (const wbxml::Tag tag : path) {
      element = element->find(tag);
      if (element == nullptr) return false;
    }
    return true;
  }

  std::string document;
  wbxml::Element root;
};

}  // namespace godwit::render
