/// Requests that a phone of these tests makes by hand, and what stands in their answers.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "client/device.hpp"
#include "wbxml/pages/search.hpp"

namespace godwit::test {

inline client::Wire document_wire(const client::Device& device, std::string_view command,
                                  const client::Node& request) {
  return device.wire(command, client::encode(request), "application/vnd.ms-sync.wbxml");
}

inline client::Node document_of(const client::Answer& answer) {
  EXPECT_EQ(answer.status, 200);
  auto root = client::decode(answer.body);
  EXPECT_TRUE(root) << "no document";
  return root ? std::move(*root) : client::Node();
}

/// Of the mailbox ([MS-ASCMD] Search).
inline client::Node search_request(std::vector<client::Node> restrictions,
                                   std::vector<client::Node> options) {
  namespace page = wbxml::search;
  using client::Node;
  return {page::Search,
          {Node(page::Store, {Node(page::Name, "Mailbox"),
                              Node(page::Query, {Node(page::And, std::move(restrictions))}),
                              Node(page::Options, std::move(options))})}};
}

/// All of that name anywhere below, in their order.
inline std::vector<std::string> texts_of(const client::Node& node, wbxml::Tag tag) {
  std::vector<std::string> out;
  if (node.tag == tag) out.push_back(node.text);
  for (const client::Node& child : node.children) {
    for (std::string& text : texts_of(child, tag)) out.push_back(std::move(text));
  }
  return out;
}

/// The first of that name that is not empty; "" where there is none.
inline std::string text_of(const client::Node& node, wbxml::Tag tag) {
  for (std::string& text : texts_of(node, tag)) {
    if (!text.empty()) return std::move(text);
  }
  return {};
}

}  // namespace godwit::test
