// Checks the permission, then reads the page.
#include "notifyd/history/retrieval_handler.hpp"

#include "notifyd/core/limits.hpp"
#include "notifyd/permissions/permission_manager.hpp"
#include "notifyd/wire/opaque_key.hpp"

#include <utility>

namespace notifyd::history {

namespace {

Result<PageQuery> make_query(const Identity& caller, HistoryRequest request) {
    if (request.limit < 1 || request.limit > limits::page_messages_max) {
        return Error{Errc::invalid_request,
                     "limit must be a number from 1 to " + std::to_string(limits::page_messages_max)};
    }
    PageQuery query{.topic = std::move(request.topic),
                    .order = request.order,
                    .messages_max = request.limit,
                    .bytes_max = limits::page_bytes_max,
                    .from_time = request.from_time,
                    .to_time = request.to_time,
                    .sequences = std::move(request.sequences),
                    .after = std::nullopt,
                    .asker = caller.user};
    if (request.start_key) {
        const auto after = wire::decode_page_key(*request.start_key, query);
        if (after.has_error()) return after.error();
        query.after = *after;
    }
    return query;
}

}  // namespace

RetrievalHandler::RetrievalHandler(const permissions::PermissionManager& permissions,
                                   ports::MessageReader& reader,
                                   HistoryMode mode)
    : permissions_(permissions), reader_(reader), mode_(mode) {}

void RetrievalHandler::messages(const Identity& caller, HistoryRequest request, Done done) {
    if (mode_ == HistoryMode::off) {
        return done(Error{Errc::not_found, "History is switched off on this server (storage.history)"});
    }
    const auto permitted = permissions_.may_receive(caller, request.topic);
    if (permitted.has_error()) return done(permitted.error());
    auto query = make_query(caller, std::move(request));
    if (query.has_error()) return done(query.error());

    // The next page's key is bound to the query, which the reader consumes, so keep a copy.
    PageQuery bound = *query;
    reader_.read_page(std::move(*query),
                      [this, caller, bound = std::move(bound), done = std::move(done)](Result<Page> page) mutable {
                          if (page.has_error()) return done(page.error());
                          // The permission may have been revoked during the read, and the page may hold messages
                          // committed after that.
                          const auto still_permitted = permissions_.may_receive(caller, bound.topic);
                          if (still_permitted.has_error()) return done(still_permitted.error());
                          HistoryPage answer{std::move(*page), std::nullopt};
                          if (answer.page.next) answer.next_key = wire::encode_page_key(*answer.page.next, bound);
                          done(std::move(answer));
                      });
}

}  // namespace notifyd::history
