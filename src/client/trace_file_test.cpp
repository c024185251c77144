#include "client/trace_file.hpp"

#include <gtest/gtest.h>

#include <sstream>
#include <string>

namespace godwit::client {
namespace {

const std::string head = R"({"trace":1,"full":true,"begun":"2026-11-23T12:19:41.021Z"})"
                         "\n";

Result<TraceFile> read(const std::string& text) {
  std::istringstream in(text);
  return read_trace(in);
}

TEST(TraceFile, ReadsWhatItWrites) {
  TracedRequest request;
  request.number = 7;
  request.time = Time(std::chrono::milliseconds(1'795'436'381'021));
  request.headers = {{"Content-Type", "application/vnd.ms-sync"}};
  request.bytes = 3;
  request.text = "AirSync:Sync\n";
  request.body = std::string("\x03\x01\x00", 3);
  request.device = "phone1";
  request.command = "Sync";
  request.method = "POST";
  request.target = "/x?Cmd=Sync";
  TracedAnswer answer;
  answer.number = 7;
  answer.took = std::chrono::milliseconds(12);
  answer.http = 200;
  answer.status = "1";
  const auto trace = read(write_line(TraceHead{.user = "ann", .full = true}) + write_line(request) +
                          write_line(answer) + write_line(TraceEnd{.why = "off"}));
  ASSERT_TRUE(trace) << trace.error().message;
  ASSERT_EQ(trace->lines.size(), 3U);
  const auto& read_request = std::get<TracedRequest>(trace->lines[0]);
  EXPECT_EQ(read_request.time, request.time);
  EXPECT_EQ(read_request.body, request.body);
  EXPECT_EQ(read_request.target, request.target);
  EXPECT_EQ(std::get<TracedAnswer>(trace->lines[1]).status, "1");
  EXPECT_EQ(std::get<TraceEnd>(trace->lines[2]).why, "off");
  EXPECT_TRUE(text_of(*trace).contains("HTTP 200, status 1"));
}

TEST(TraceFile, SaysWhatIsWrong) {
  const std::string line = R"({"request":1,"method":"POST","target":"/"})"
                           "\n";
  EXPECT_TRUE(read(head + line));
  EXPECT_EQ(read("").error().code, Errc::malformed);
  EXPECT_EQ(read("x\n").error().message, "line 1: no JSON object");
  EXPECT_EQ(read(R"({"trace":2})"
                 "\n")
                .error()
                .code,
            Errc::unsupported);
  EXPECT_TRUE(read(line).error().message.starts_with("line 1: the first line"));
  EXPECT_TRUE(read(head + head).error().message.starts_with("line 2: the first line"));
  EXPECT_FALSE(read(head + R"({"request":0,"method":"POST","target":"/"})"
                           "\n"));
  EXPECT_FALSE(read(head + R"({"request":"x"})"
                           "\n"));
  EXPECT_FALSE(read(head + R"({"request":1,"method":"POST","target":"/","body":"?"})"
                           "\n"));
  EXPECT_FALSE(read(head + R"({"request":1,"method":"POST","target":"http://other/"})"
                           "\n"));
  EXPECT_EQ(read(head + std::string(9 * 1024 * 1024, ' ')).error().code, Errc::too_large);
  EXPECT_TRUE(read(head + line + R"({"answer":1,"ht)")) << "it is being written";
}

TEST(TraceFile, KeepsTheTerminalAsItIs) {
  const auto trace =
      read(head + R"({"request":1,"method":"POST","target":"/\u001b[2J","text":"a\u001bb\n"})"
                  "\n");
  ASSERT_TRUE(trace);
  EXPECT_FALSE(text_of(*trace).contains('\x1b'));
}

}  // namespace
}  // namespace godwit::client
