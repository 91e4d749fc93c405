// Entry point of the load generator: one workload per run, one JSON object as output.
#include "file_descriptor.hpp"
#include "options.hpp"
#include "report.hpp"
#include "works/connect.hpp"
#include "works/fanout.hpp"
#include "works/idle.hpp"
#include "works/publish.hpp"

#include <cstdio>
#include <exception>

namespace {

using namespace notifyd::bench;

Report run(const Options& options) {
    switch (options.work) {
        case Work::fanout:
            return run_fanout(options);
        case Work::publish:
            return run_publish(options);
        case Work::connect:
            return run_connect(options);
        case Work::idle:
            return run_idle(options);
    }
    return {};
}

}  // namespace

int main(int argument_count, char** arguments) {
    constexpr int check_failed = 1;
    constexpr int wrong_usage = 2;
    try {
        const Options options = parse_options(argument_count, arguments);
        raise_descriptor_limit();
        const Report report = run(options);
        std::printf("%s\n", to_json(options, report).c_str());
        return report.checks.held() ? 0 : check_failed;
    } catch (const UsageError& error) {
        std::fprintf(stderr, "notifyd_bench: %s\n%s", error.what(), usage_text());
        return wrong_usage;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "notifyd_bench: %s\n", error.what());
        return check_failed;
    }
}
