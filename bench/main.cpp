// Entry point of the load generator: one workload per run, one JSON object as output.
#include "file_descriptor.hpp"
#include "options.hpp"
#include "report.hpp"
#include "workloads/connect.hpp"
#include "workloads/fanout.hpp"
#include "workloads/idle.hpp"
#include "workloads/presence.hpp"
#include "workloads/publish.hpp"

#include <cstdio>
#include <exception>

namespace {

using namespace notifyd::bench;

Report run(const Options& options) {
    switch (options.workload) {
        case Workload::fanout:
            return run_fanout(options);
        case Workload::publish:
            return run_publish(options);
        case Workload::connect:
            return run_connect(options);
        case Workload::idle:
            return run_idle(options);
        case Workload::presence:
            return run_presence(options);
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
