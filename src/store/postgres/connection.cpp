#include "store/postgres/connection.hpp"

#include <libpq-fe.h>

#include <array>
#include <charconv>
#include <utility>

#include "base/fault.hpp"

namespace godwit::store::postgres {

namespace {

std::string trimmed(const char* message) {
  std::string_view text = message ? message : "no message";
  while (!text.empty() && text.back() == '\n') text.remove_suffix(1);
  return "PostgreSQL: " + std::string(text);
}

}  // namespace

Parameters& Parameters::bytes(std::string_view value) {
  values_.emplace_back(value);
  formats_.push_back(1);
  return *this;
}

Parameters& Parameters::number(std::int64_t value) {
  values_.push_back(std::to_string(value));
  formats_.push_back(0);
  return *this;
}

Rows::Rows(pg_result* result) : result_(result) {}
Rows::Rows(Rows&& other) noexcept : result_(std::exchange(other.result_, nullptr)) {}
Rows::~Rows() { PQclear(result_); }

int Rows::count() const { return PQntuples(result_); }

std::int64_t Rows::affected() const {
  const std::string_view text = PQcmdTuples(result_);
  std::int64_t count = 0;
  std::from_chars(text.data(), text.data() + text.size(), count);
  return count;
}

std::string Rows::bytes(int row, int column) const {
  return {PQgetvalue(result_, row, column),
          static_cast<std::size_t>(PQgetlength(result_, row, column))};
}

std::int64_t Rows::number(int row, int column) const {
  const std::string raw = bytes(row, column);
  if (raw.size() != 4 && raw.size() != 8) {
    throw Fault(Fault::Kind::corrupt, "PostgreSQL: a number has an unexpected type");
  }
  std::uint64_t value = 0;
  for (const char byte : raw) value = value << 8 | static_cast<unsigned char>(byte);
  if (raw.size() == 4) return static_cast<std::int32_t>(static_cast<std::uint32_t>(value));
  return static_cast<std::int64_t>(value);
}

std::string_view Rows::tag() const { return PQcmdStatus(result_); }

Connection::Connection(const std::string& settings) {
  // What stands before dbname are defaults that the settings override.
  const std::array<const char*, 5> names = {"connect_timeout", "tcp_user_timeout",
                                            "application_name", "dbname", nullptr};
  const std::array<const char*, 5> values = {"10", "20000", "godwit", settings.c_str(), nullptr};
  handle_ = PQconnectdbParams(names.data(), values.data(), 1);
  try {
    if (PQstatus(handle_) != CONNECTION_OK) {
      throw QueryFailed("", true, trimmed(PQerrorMessage(handle_)));
    }
    PQsetNoticeProcessor(handle_, [](void*, const char*) {}, nullptr);
    execute("SET statement_timeout = 30000");  // milliseconds
    // What commit() promises is durable: never with `off`, and otherwise as the server has it.
    const Rows durability = execute("SHOW synchronous_commit");
    if (durability.count() == 1 && durability.bytes(0, 0) == "off") {
      execute("SET synchronous_commit = on");
    }
  } catch (const QueryFailed&) {
    PQfinish(handle_);
    throw;
  }
}

Connection::~Connection() { PQfinish(handle_); }

Rows Connection::checked(pg_result* result) {
  Rows rows(result);
  const ExecStatusType status = PQresultStatus(result);
  if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) return rows;
  const char* state = result ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : nullptr;
  const char* primary = result ? PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY) : nullptr;
  throw QueryFailed(state ? state : "", PQstatus(handle_) != CONNECTION_OK,
                    trimmed(primary ? primary : PQerrorMessage(handle_)));
}

Rows Connection::run(const Sql& sql, const Parameters& parameters) {
  if (!prepared_.contains(sql.name)) {
    checked(PQprepare(handle_, sql.name, sql.text, 0, nullptr));
    prepared_.insert(sql.name);
  }
  std::vector<const char*> values;
  std::vector<int> lengths;
  for (const std::string& value : parameters.values_) {
    values.push_back(value.data());
    lengths.push_back(static_cast<int>(value.size()));
  }
  return checked(PQexecPrepared(handle_, sql.name, static_cast<int>(values.size()), values.data(),
                                lengths.data(), parameters.formats_.data(), 1));
}

Rows Connection::execute(const std::string& script) {
  return checked(PQexec(handle_, script.c_str()));
}

Transaction::Transaction(Connection& connection) : connection_(connection) {
  connection_.execute("BEGIN");
}

Transaction::~Transaction() {
  if (!open_) return;
  try {
    connection_.execute("ROLLBACK");
  } catch (const QueryFailed&) {
    // The connection is gone and the server rolls back by itself; the next statement on it fails
    // and replaces it.
    open_ = false;
  }
}

void Transaction::commit() {
  open_ = false;
  try {
    if (connection_.execute("COMMIT").tag() == "COMMIT") return;
  } catch (const QueryFailed& failed) {
    // admin_shutdown can arrive between the commit and its answer.
    const bool unknown = failed.connection_lost() || failed.state().starts_with("57P") ||
                         failed.state().starts_with("08");
    if (!unknown) throw;
    throw Fault(Fault::Kind::timed_out,
                std::string("whether a commit was done is unknown: ") + failed.what());
  }
  throw QueryFailed("40000", false, "PostgreSQL: the transaction was rolled back");
}

void Transaction::roll_back() {
  open_ = false;
  connection_.execute("ROLLBACK");
}

}  // namespace godwit::store::postgres
