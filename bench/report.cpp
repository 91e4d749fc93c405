#include "report.hpp"

#include <cstdio>
#include <string_view>

namespace notifyd::bench {
namespace {

std::string number(double value) {
    char text[64];
    std::snprintf(text, sizeof text, "%.3f", value);
    return text;
}

// The server's text may contain anything, so control characters become spaces, and bytes outside ASCII question marks.
std::string quoted(std::string_view text) {
    std::string out = "\"";
    for (const char letter : text) {
        const auto byte = static_cast<unsigned char>(letter);
        if (letter == '"' || letter == '\\') {
            out += '\\';
            out += letter;
        } else if (byte < 0x20) {
            out += ' ';
        } else {
            out += byte < 0x7F ? letter : '?';
        }
    }
    return out + "\"";
}

class JsonObject {
  public:
    JsonObject& raw(std::string_view name, const std::string& value) {
        text_ += text_.size() > 1 ? "," : "";
        text_.append(quoted(name)).append(":").append(value);
        return *this;
    }
    JsonObject& add(std::string_view name, double value) { return raw(name, number(value)); }
    JsonObject& count(std::string_view name, std::uint64_t value) { return raw(name, std::to_string(value)); }
    JsonObject& add(std::string_view name, std::string_view value) { return raw(name, quoted(value)); }
    std::string text() const { return text_ + "}"; }

  private:
    std::string text_ = "{";
};

std::string to_json(const RoundResult& round, bool has_answers) {
    JsonObject object;
    if (has_answers) {
        object.add("answers_per_second", round.answers_per_second);
    }
    return object.add("seconds", round.seconds)
        .add("deliveries_per_second", round.deliveries_per_second)
        .add("publishes_per_second", round.publishes_per_second)
        .add("connects_per_second", round.connects_per_second)
        .add("p50_us", round.p50_us)
        .add("p90_us", round.p90_us)
        .add("p99_us", round.p99_us)
        .add("p999_us", round.p999_us)
        .add("max_us", round.max_us)
        .add("generator_cpu", round.generator_cpu)
        .add("server_cpu", round.server_cpu)
        .text();
}

std::string to_json(const Checks& checks) {
    return JsonObject()
        .count("published", checks.published)
        .count("answered", checks.answered)
        .count("delivered", checks.delivered)
        .count("gaps", checks.gaps)
        .count("duplicates", checks.duplicates)
        .count("misordered", checks.misordered)
        .count("overtaken", checks.overtaken)
        .count("errors", checks.errors)
        .add("first_error", checks.first_error)
        .text();
}

}  // namespace

void Checks::count_error(std::string_view text) {
    constexpr std::size_t text_bytes_max = 512;
    if (errors++ == 0) {
        first_error = text.substr(0, text_bytes_max);
    }
}

std::string to_json(const Options& options, const Report& report) {
    const bool fanout = options.workload == Workload::fanout;
    const bool has_answers = fanout && options.protocol == Protocol::notifyd;
    std::string rounds;
    for (const RoundResult& round : report.rounds) {
        rounds.append(rounds.empty() ? "" : ",").append(to_json(round, has_answers));
    }
    JsonObject object;
    if (report.memory) {
        const auto grown =
            static_cast<double>(report.memory->after_bytes) - static_cast<double>(report.memory->before_bytes);
        object.count("rss_before", report.memory->before_bytes)
            .count("rss_after", report.memory->after_bytes)
            .add("bytes_per_connection", grown / static_cast<double>(options.connections));
    }
    return object.add("work", name_of(options.workload))
        .add("protocol", name_of(options.protocol))
        .add("type", name_of(options.type))
        .add("transport", name_of(options.transport))
        .add("publisher", name_of(options.publisher))
        .add("in_flight", name_of(options.in_flight_until()))
        .add("tls", name_of(options.tls))
        .count("chats", options.chats)
        .count("subscribers", fanout ? options.subscribers : 0)
        .count("connections", fanout ? options.chats : options.connections)
        .count("window", options.window)
        .count("publishes", options.publishes)
        .count("rate", options.rate)
        .count("unsent", report.unsent)
        .count("resumed", report.resumed)
        .count("payload_bytes", options.payload_bytes)
        .add("frame_bytes", report.frame_bytes)
        .raw("rounds", "[" + rounds + "]")
        .raw("checks", to_json(report.checks))
        .text();
}

}  // namespace notifyd::bench
