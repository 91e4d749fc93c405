// The commands and their options.
#include "command_line.hpp"

#include "notifyd/auth/key_set.hpp"
#include "notifyd/auth/mint_token.hpp"
#include "notifyd/config/load_config.hpp"
#include "notifyd/config/units.hpp"
#include "notifyd/storage_sqlite/backup.hpp"
#include "notifyd/storage_sqlite/migration.hpp"

#include "check_config.hpp"
#include "daemon.hpp"
#include "dead_letter_commands.hpp"
#include "exit_codes.hpp"
#include "places.hpp"
#include "signals.hpp"
#include "version.hpp"
#include "wrong_command.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>
#include <iomanip>
#include <iostream>
#include <optional>
#include <string_view>

namespace notifyd::app {

namespace {

std::optional<config::LoadedConfig> load(const std::string& file) {
    config::LoadResult loaded = config::load_config(file, config::process_environment());
    if (loaded) return std::move(*loaded);
    for (const config::ConfigError& error : loaded.error()) std::cerr << config::to_string(error) << '\n';
    return std::nullopt;
}

// For the commands that work on the database.
std::optional<config::LoadedConfig> load_with_database(const std::string& file) {
    std::optional<config::LoadedConfig> loaded = load(file);
    if (!loaded) return std::nullopt;
    if (report_problems(file, problems_with_storage_path(loaded->config))) return std::nullopt;
    return loaded;
}

std::optional<Settings> load_settings(const std::string& file) {
    SettingsResult settings = read_settings(file);
    if (settings) return std::move(*settings);
    for (const std::string& message : settings.error()) std::cerr << message << '\n';
    return std::nullopt;
}

int serve(const std::string& file) {
    std::optional<Settings> settings = load_settings(file);
    if (!settings) return exit_config;
    if (report_problems(file, problems_with_places(settings->config))) return exit_config;
    Result<std::unique_ptr<Daemon>> daemon = Daemon::open(file, std::move(*settings));
    if (!daemon) {
        std::cerr << "notifyd: " << daemon.error().message << '\n';
        return exit_failed;
    }
    return (*daemon)->run();
}

int migrate(const std::string& file) {
    const std::optional<config::LoadedConfig> loaded = load_with_database(file);
    if (!loaded) return exit_config;
    SystemIdSource ids;
    const std::string path = loaded->config.storage.path.string();
    const auto report = storage::sqlite::migrate(path, ids);
    if (!report) {
        std::cerr << "notifyd: " << report.error().message << '\n';
        return exit_failed;
    }
    if (report->from == report->to) {
        std::cout << path << " is at version " << report->to << ": nothing to do\n";
    } else {
        std::cout << path << " was migrated from version " << report->from << " to " << report->to << '\n';
    }
    return 0;
}

// Prints one line about a finished copy, or the reason why it failed. Returns the exit code.
int print_copy_report(const storage::Startup<storage::sqlite::CopyReport>& report,
                      const std::string& what,
                      SteadyTime begin) {
    if (!report) {
        std::cerr << "notifyd: " << report.error().message << '\n';
        return exit_failed;
    }
    constexpr double mebibyte = 1024.0 * 1024.0;
    const std::chrono::duration<double> took = SystemClock().steady_now() - begin;
    std::cout << report->path << what << ": " << report->messages << " messages, " << std::fixed << std::setprecision(1)
              << static_cast<double>(report->bytes) / mebibyte << " MiB, " << took.count() << " s\n";
    return 0;
}

int backup(const std::string& file, const std::string& target) {
    const std::optional<config::LoadedConfig> loaded = load_with_database(file);
    if (!loaded) return exit_config;
    const auto begin = SystemClock().steady_now();
    return print_copy_report(
        storage::sqlite::backup(loaded->config.storage.path.string(), target), " is a backup", begin);
}

int restore(const std::string& file, const std::string& source, storage::sqlite::Existing existing) {
    const std::optional<config::LoadedConfig> loaded = load_with_database(file);
    if (!loaded) return exit_config;
    SystemIdSource ids;
    const auto begin = SystemClock().steady_now();
    const auto report = storage::sqlite::restore(loaded->config.storage.path.string(), source, existing, ids);
    return print_copy_report(report, " was restored from " + source, begin);
}

int dead_letters(const std::string& file,
                 const LetterOptions& options,
                 int (*command)(const std::string& database, const LetterOptions& options)) {
    const std::optional<config::LoadedConfig> loaded = load_with_database(file);
    if (!loaded) return exit_config;
    return command(loaded->config.storage.path.string(), options);
}

struct TokenOptions {
    std::string user;
    std::vector<std::string> scopes;
    std::string ttl = "1h";
};

int token(const std::string& file, const TokenOptions& options) {
    const std::optional<config::LoadedConfig> loaded = load(file);
    if (!loaded) return exit_config;
    const config::Auth& auth = loaded->config.auth;
    if (auth.hs256_secret.empty()) {
        std::cerr << "notifyd: auth.hs256_secret is not set: only your identity provider can issue tokens\n";
        return exit_failed;
    }
    if (std::ranges::find(auth.algorithms, config::Algorithm::hs256) == auth.algorithms.end()) {
        std::cerr << "notifyd: auth.hs256_secret is set, but auth.algorithms has no \"HS256\": the server would refuse "
                     "the token\n";
        return exit_failed;
    }
    auth::KeySources sources;
    sources.algorithms = {config::Algorithm::hs256};
    sources.hs256_secret = auth.hs256_secret.reveal();
    if (const auto usable = auth::make_key_set(sources); !usable) {
        std::cerr << file << ": " << usable.error().message << '\n';
        return exit_config;
    }
    const std::optional<Milliseconds> ttl = config::parse_duration(options.ttl);
    // A token's times are whole seconds.
    if (!ttl || *ttl < std::chrono::seconds(1)) {
        std::cerr << "notifyd: --ttl must be a duration of at least 1s, such as 30s, 1h or 7d\n";
        return exit_usage;
    }
    if (!is_valid_id(options.user)) {
        std::cerr << "notifyd: --user must have 1 to 256 bytes of UTF-8 without control characters and commas\n";
        return exit_usage;
    }
    auth::MintRequest request;
    request.user = UserId(options.user);
    request.scopes = options.scopes;
    request.ttl = *ttl;
    request.user_claim = auth.user_claim;
    request.issuer = auth.issuer;
    request.audience = auth.audience;
    SystemIdSource ids;
    std::cout << auth::mint_token(auth.hs256_secret.reveal(), request, SystemClock().now_ms(), ids) << '\n';
    return 0;
}

struct LetterCommands {
    const CLI::App* list;
    const CLI::App* redrive;
    const CLI::App* purge;
};

LetterCommands add_letter_commands(CLI::App& cli,
                                   LetterOptions& options,
                                   const std::function<CLI::App*(CLI::App*)>& with_config) {
    CLI::App* group = cli.add_subcommand("dlq", "Inspect, redrive or purge undelivered messages");
    group->require_subcommand(1);
    CLI::App* list =
        with_config(group->add_subcommand("list", "List dead letters, oldest first; the server may be running"));
    CLI::App* redrive =
        with_config(group->add_subcommand("redrive", "Have the running server resend them, and wait until it has"));
    CLI::App* purge = with_config(group->add_subcommand("purge", "Delete them permanently; the server may be running"));
    for (CLI::App* command : {list, redrive, purge}) {
        command->add_option("--queue", options.queue, "Only dead letters of this queue: fifo or standard")
            ->check(CLI::IsMember({"fifo", "standard"}));
    }
    for (CLI::App* command : {redrive, purge}) {
        command->add_option("--id", options.id, "Only the dead letter with this id")->excludes("--queue");
    }
    constexpr std::int64_t limit_max = 1'000'000'000;
    list->add_option("--limit", options.limit, "The maximum number to list")
        ->capture_default_str()
        ->check(CLI::Range(std::int64_t{1}, limit_max));
    list->add_flag_callback(
        "--json", [&options] { options.format = LetterFormat::json; }, "Print one JSON object per line");
    purge->add_flag_callback(
        "--yes", [&options] { options.purge = Purge::confirmed; }, "Confirm the deletion");
    return {list, redrive, purge};
}

}  // namespace

int run_command_line(int argc, const char* const* argv) {
    // Before anything that takes time, so that a signal sent to a starting server is not lost.
    if (argc > 1 && std::string_view(argv[1]) == "serve") hold_signals();
    CLI::App cli("notifyd delivers messages to browsers in real time: ordered, durable, on your own machine.",
                 "notifyd");
    cli.require_subcommand(1);
    std::string file = "/etc/notifyd/notifyd.toml";
    const auto with_config = [&file](CLI::App* command) {
        command->add_option("--config", file, "Path of the config file")->capture_default_str();
        return command;
    };
    const CLI::App* serve_command = with_config(cli.add_subcommand("serve", "Run the server"));
    CLI::App* check_command =
        with_config(cli.add_subcommand("check-config", "Check the config, the certificate and the keys"));
    bool offline = false;
    check_command->add_flag("--offline", offline, "Do not fetch auth.jwks");
    const CLI::App* migrate_command = with_config(cli.add_subcommand("migrate", "Create or upgrade the database"));
    CLI::App* backup_command = with_config(
        cli.add_subcommand("backup", "Copy the database into one verified file; the server may be running"));
    std::string backup_file;
    backup_command->add_option("FILE", backup_file, "The file to create; it must not exist")->required();
    CLI::App* restore_command = with_config(
        cli.add_subcommand("restore", "Replace the database with a backup; the server must not be running"));
    std::string restored_file;
    bool force = false;
    restore_command->add_option("FILE", restored_file, "The backup")->required();
    restore_command->add_flag("--force", force, "Overwrite an existing database");
    LetterOptions letters;
    const LetterCommands dlq = add_letter_commands(cli, letters, with_config);
    TokenOptions token_options;
    CLI::App* token_command = with_config(cli.add_subcommand("token", "Create a development token (HS256)"));
    token_command->add_option("--user", token_options.user, "The user id")->required();
    token_command->add_option("--scope", token_options.scopes, "A grant, such as notifyd:publish; can be repeated");
    token_command->add_option("--ttl", token_options.ttl, "How long the token is valid")->capture_default_str();
    const CLI::App* version_command = with_config(cli.add_subcommand("version", "Print the version"));
    cli.set_version_flag("--version", std::string("notifyd ").append(version));
    try {
        cli.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        const bool is_answered = error.get_exit_code() == static_cast<int>(CLI::ExitCodes::Success);
        const std::string problem = is_answered ? std::string() : problem_with_command(cli);
        if (problem.empty()) return cli.exit(error) == 0 ? 0 : exit_usage;
        std::cerr << "notifyd: " << problem << '\n';
        return exit_usage;
    }
    if (version_command->parsed()) {
        std::cout << "notifyd " << version << '\n';
        return 0;
    }
    if (check_command->parsed()) return check_config(file, offline ? Network::offline : Network::used);
    if (migrate_command->parsed()) return migrate(file);
    if (backup_command->parsed()) return backup(file, backup_file);
    if (restore_command->parsed()) {
        return restore(
            file, restored_file, force ? storage::sqlite::Existing::replace : storage::sqlite::Existing::keep);
    }
    if (dlq.list->parsed()) return dead_letters(file, letters, list_dead_letters);
    if (dlq.redrive->parsed()) return dead_letters(file, letters, redrive_dead_letters);
    if (dlq.purge->parsed()) return dead_letters(file, letters, purge_dead_letters);
    if (token_command->parsed()) return token(file, token_options);
    static_cast<void>(serve_command);
    return serve(file);
}

}  // namespace notifyd::app
