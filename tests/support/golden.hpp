// The examples of docs/protocol.md, which are the files in tests/golden. Tests run in the root of the tree.
#pragma once

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <string_view>

namespace notifyd::testing {

inline const std::filesystem::path golden_folder = "tests/golden";

// The text of tests/golden/<name>.json.
inline std::string golden(const std::string& name) {
    std::ifstream file(golden_folder / (name + ".json"));
    CAPTURE(name);
    REQUIRE(file.is_open());
    return {std::istreambuf_iterator<char>(file), {}};
}

// The names, as golden() takes them, of the examples in a folder whose names end with `suffix`.
inline std::set<std::string> golden_names(const std::string& folder, std::string_view suffix = "") {
    std::set<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(golden_folder / folder)) {
        const std::string name = entry.path().stem().string();
        if (name.ends_with(suffix)) names.insert(folder + "/" + name);
    }
    return names;
}

template <class Value>
std::set<std::string> names_of(const std::map<std::string, Value>& examples) {
    std::set<std::string> names;
    for (const auto& [name, value] : examples) names.insert(name);
    return names;
}

// Compares JSON values: neither white space nor the order of members matters.
inline void check_golden(const std::string& name, std::string_view written) {
    CAPTURE(name, written);
    CHECK(boost::json::parse({written.data(), written.size()}) == boost::json::parse(golden(name)));
}

}  // namespace notifyd::testing
