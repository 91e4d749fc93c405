// [alarms], [log] and [tracing].
#include "common_readers.hpp"
#include "sections.hpp"

namespace notifyd::config {

namespace {

constexpr double milliseconds_max = 86'400'000;

Reader<LogLevel> log_level() {
    Choices<LogLevel> choices;
    for (const LogLevel level : {LogLevel::debug, LogLevel::info, LogLevel::warn, LogLevel::error}) {
        choices.emplace_back(to_string(level), level);
    }
    return one_of<LogLevel>(std::move(choices));
}

}  // namespace

Section alarms_section() {
    constexpr auto section = &Config::alarms;
    return {
        "alarms",
        "",
        {
            key<section, &Alarms::connections>("alarms.connections", limit())
                .without_effect()
                .doc("Open connections above which an alarm is raised."),
            key<section, &Alarms::delivery_failure_rate>("alarms.delivery_failure_rate", real(0, 1))
                .without_effect()
                .doc("Share of deliveries that fail."),
            key<section, &Alarms::delivery_p99_ms>("alarms.delivery_p99_ms", real(0, milliseconds_max))
                .without_effect()
                .doc("99th percentile of the delivery latency, in milliseconds."),
            key<section, &Alarms::average_latency_ms>("alarms.average_latency_ms", real(0, milliseconds_max))
                .without_effect()
                .doc("Average end-to-end latency, in milliseconds."),
            key<section, &Alarms::p95_latency_ms>("alarms.p95_latency_ms", real(0, milliseconds_max))
                .without_effect()
                .doc("95th percentile of the end-to-end latency, in milliseconds."),
            key<section, &Alarms::high_latency_ms>("alarms.high_latency_ms", real(0, milliseconds_max))
                .without_effect()
                .doc("The latency from which a message counts as slow, in milliseconds."),
            key<section, &Alarms::high_latency_count>("alarms.high_latency_count", limit())
                .without_effect()
                .doc("Slow messages above which an alarm is raised."),
            key<section, &Alarms::webhook>("alarms.webhook", optional_url())
                .without_effect()
                .doc(R"(The URL that alarms are posted to; "" = none.)"),
        },
    };
}

Section log_section() {
    constexpr auto section = &Config::log;
    return {
        "log",
        "",
        {
            key<section, &Log::level>("log.level", log_level())
                .live()
                .doc(R"(The lowest level that is logged. Events about single messages are sampled at info and all
                    logged at debug.)"),
            key<section, &Log::format>(
                "log.format",
                one_of<LogFormat>(
                    {{"auto", LogFormat::automatic}, {"json", LogFormat::json}, {"text", LogFormat::text}}))
                .at_restart()
                .doc(R"("auto" = text on a terminal, JSON lines elsewhere.)"),
            key<section, &Log::file>("log.file", file_to_write(is_anything))
                .at_restart()
                .doc(R"("" = stderr. SIGUSR1 reopens the file after logrotate has moved it.)"),
        },
    };
}

Section tracing_section() {
    constexpr auto section = &Config::tracing;
    return {
        "tracing",
        "",
        {
            key<section, &Tracing::otlp_endpoint>("tracing.otlp_endpoint", optional_url())
                .without_effect()
                .doc(R"(OTLP over HTTP, such as "http://localhost:4318"; "" = off.)"),
            key<section, &Tracing::sample_ratio>("tracing.sample_ratio", real(0, 1))
                .without_effect()
                .doc("Share of requests that are traced."),
        },
    };
}

}  // namespace notifyd::config
