/// One blocking connection to PostgreSQL with prepared statements. Internal to the store.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

struct pg_conn;
struct pg_result;

namespace godwit::store::postgres {

/// A statement failed. `state` is the SQLSTATE; empty when the connection broke without one.
class QueryFailed : public std::runtime_error {
 public:
  QueryFailed(std::string state, bool lost, const std::string& what)
      : std::runtime_error(what), state_(std::move(state)), lost_(lost) {}
  const std::string& state() const noexcept { return state_; }
  bool connection_lost() const noexcept { return lost_; }

 private:
  std::string state_;
  bool lost_;
};

/// A statement: prepared once a connection, under its name.
struct Sql {
  const char* name;
  const char* text;
};

class Parameters {
 public:
  Parameters& bytes(std::string_view value);
  Parameters& number(std::int64_t value);

 private:
  friend class Connection;
  std::vector<std::string> values_;
  std::vector<int> formats_;  // 0 text, 1 binary
};

/// Columns are BYTEA, or BIGINT and INTEGER for number().
class Rows {
 public:
  explicit Rows(pg_result* result);
  Rows(Rows&&) noexcept;
  ~Rows();
  int count() const;
  std::int64_t affected() const;
  std::string bytes(int row, int column) const;
  std::int64_t number(int row, int column) const;
  /// "COMMIT", "ROLLBACK", ...
  std::string_view tag() const;

 private:
  pg_result* result_;
};

class Connection {
 public:
  /// Connects; throws QueryFailed (lost). `settings`: a libpq connection string or URI.
  explicit Connection(const std::string& settings);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  Rows run(const Sql& sql, const Parameters& parameters);
  /// Without parameters or preparation; one or several statements.
  Rows execute(const std::string& script);

 private:
  Rows checked(pg_result* result);
  pg_conn* handle_;
  std::set<std::string_view> prepared_;
};

/// Rolls back when destroyed before commit().
class Transaction {
 public:
  explicit Transaction(Connection& connection);
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  /// Throws Fault (timed_out) when the connection broke meanwhile: the outcome is unknown.
  void commit();
  void roll_back();

 private:
  Connection& connection_;
  bool open_ = true;
};

}  // namespace godwit::store::postgres
