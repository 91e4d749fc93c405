// An SQLite database as an operator's tool sees it.
#pragma once

#include <sqlite3.h>

#include <stdexcept>
#include <string>
#include <vector>

namespace notifyd::storage::sqlite::testing {

class Outsider {
  public:
    explicit Outsider(const std::string& path) {
        if (sqlite3_open(path.c_str(), &handle_) != SQLITE_OK) throw std::runtime_error("sqlite3_open");
        sqlite3_busy_timeout(handle_, 5'000);
    }
    ~Outsider() { sqlite3_close(handle_); }
    Outsider(const Outsider&) = delete;
    Outsider& operator=(const Outsider&) = delete;

    void execute(const std::string& sql) {
        if (sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
            throw std::runtime_error(sqlite3_errmsg(handle_));
        }
    }

    // Rows of columns, all as text.
    [[nodiscard]] std::vector<std::vector<std::string>> query(const std::string& sql) {
        std::vector<std::vector<std::string>> rows;
        const auto add = [](void* out, int count, char** values, char**) {
            auto& row = static_cast<std::vector<std::vector<std::string>>*>(out)->emplace_back();
            for (int i = 0; i < count; ++i) row.emplace_back(values[i] == nullptr ? "NULL" : values[i]);
            return 0;
        };
        if (sqlite3_exec(handle_, sql.c_str(), add, &rows, nullptr) != SQLITE_OK) {
            throw std::runtime_error(sqlite3_errmsg(handle_));
        }
        return rows;
    }
    [[nodiscard]] std::string value(const std::string& sql) { return query(sql).at(0).at(0); }

  private:
    sqlite3* handle_ = nullptr;
};

}  // namespace notifyd::storage::sqlite::testing
