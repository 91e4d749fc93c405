// Bounds that are not configurable, and the relations between them.
// Owns: nothing. Thread: any. Fails: at compile time.
#pragma once

#include <chrono>
#include <cstddef>

namespace notifyd::limits {

inline constexpr std::size_t id_bytes_max = 256;
inline constexpr std::size_t token_bytes_max = 8 * 1024;
inline constexpr std::size_t url_bytes_max = 8 * 1024;
inline constexpr std::size_t header_bytes_max = 16 * 1024;
static_assert(header_bytes_max > url_bytes_max, "a URL that is just too long must reach the 414");

inline constexpr std::size_t user_agent_bytes_max = 256;

inline constexpr std::size_t group_id_chars_max = 128;
inline constexpr std::size_t deduplication_id_chars_max = 128;
// Named in one connection token, which must fit the URL.
inline constexpr std::size_t ticket_channels_max = 50;
inline constexpr std::size_t batch_messages_max = 100;
inline constexpr std::size_t connect_topics_max = 100;

inline constexpr std::size_t page_messages_default = 50;
inline constexpr std::size_t page_messages_max = 100;
// A page ends early at this many bytes (but holds at least one message); the rest comes with nextStartKey.
inline constexpr std::size_t page_bytes_max = 1024 * 1024;
inline constexpr std::size_t sequences_max = 100;
static_assert(sequences_max <= page_messages_max, "a gap query fits one page");

// Handlers run before the loop flushes (a whole turn, yet bounded).
inline constexpr std::size_t handlers_per_turn = 16'384;
inline constexpr std::size_t handlers_per_part = 32;
// And not for longer than this, looked at every few handlers: what a few clients send costs what it likes, but nobody's
// output waits for it. Shorter turns gather less for each send: with 5 ms, 500 busy chats had 0.6 of the throughput.
inline constexpr std::chrono::milliseconds turn_time_max{20};
inline constexpr std::size_t handlers_per_look = 4;
// Pieces of one gather write; IOV_MAX is 1,024 on Linux.
inline constexpr std::size_t gather_pieces_max = 256;
inline constexpr std::size_t gather_rounds_max = 64;
// Messages taken from the lanes and blocks queued on connections before the loop flushes.
inline constexpr std::size_t deliveries_per_turn = 16'384;
// Messages of one topic that follow each other are encoded into one block of at most this many bytes (or one message).
inline constexpr std::size_t run_bytes_max = 64 * 1024;
// Outbox bytes above which replies and pongs wait for the socket instead of being queued.
inline constexpr std::size_t control_mark_bytes = 256 * 1024;

// Rows in one transaction: a sync carries many publishes, yet nobody waits long for it.
inline constexpr std::size_t commit_rows_max = 4'096;
// With so many requests gathered, a loop in a long turn does not wait for its end to hand them to the storage thread.
inline constexpr std::size_t handover_requests = 32;
static_assert(handover_requests < commit_rows_max, "commits grow with load");
// A client that missed more than this pages through GET /messages instead (docs/protocol.md#resume).
inline constexpr std::size_t resume_messages_max = 1'000;
// Live standard messages that wait for a replay's end; what comes beyond is sent at once.
// Frames that wait for the first one of their connection, which comes within milliseconds.
inline constexpr std::size_t held_frames_bytes_max = 256 * 1024;
// Subscribes and unsubscribes of a connection that wait for where its topics stand; then it is not read.
inline constexpr std::size_t openings_max = 8;
// Replays of one topic that wait for their turn on one connection.
inline constexpr std::size_t replays_waiting_max = 8;
inline constexpr std::size_t held_messages_max = 1'000;
// Reads of the log that one loop has under way for connections that catch up.
inline constexpr std::size_t catch_up_reads_max = 32;
// How often in a row such a read may fail before the connection is told that it cannot be served.
inline constexpr std::size_t catch_up_failures_max = 5;
inline constexpr std::chrono::milliseconds catch_up_pause{500};
// Messages that wait to be tried again on one connection; what comes beyond is a dead letter at once.
inline constexpr std::size_t retries_per_connection_max = 256;
inline constexpr std::size_t retry_bytes_per_connection_max = 4 * 1024 * 1024;
// Publishes of one WebSocket that wait for their answer; it is not read further until some have it.
inline constexpr std::size_t unanswered_max = 1'024;
inline constexpr std::size_t redrives_waiting_max = 64;
// Connection tokens that are remembered, in all and of one user.
inline constexpr std::size_t tickets_max = 1'000'000;
inline constexpr std::size_t tickets_per_user_max = 1'000;
static_assert(tickets_per_user_max > 600, "ten a minute for an hour fit");
inline constexpr std::size_t retention_slice_rows = 500;
// Pages that go back to the disk in one transaction.
inline constexpr std::size_t reclaim_slice_pages = 64;

// Pings, pongs and pieces of a message under so many bytes, of one WebSocket; beyond, it is closed with 1008.
inline constexpr std::size_t small_frames_per_second = 100;
inline constexpr std::size_t small_frames_burst = 1'000;
inline constexpr std::size_t small_piece_bytes = 64;
// A body of up to so many bytes does not pay limits.body_memory, and is read before its token has been checked.
inline constexpr std::size_t free_body_bytes = 16 * 1024;
// The same for a WebSocket message that is arriving. An idle connection keeps no larger buffer.
inline constexpr std::size_t free_message_bytes = 4 * 1024;
// A request's body, and a message above that, may pause for so long, and has so long plus a second for each so many
// bytes that came (gateway/body_pace.hpp).
inline constexpr std::chrono::seconds body_stalled_after{30};
inline constexpr std::chrono::seconds body_grace{30};
inline constexpr std::size_t body_bytes_per_second = 16 * 1024;
// The body of POST /@connections/{connectionId}.
inline constexpr std::size_t posted_frame_bytes_max = 128 * 1024;

// How often a loop looks at its connections' deadlines.
inline constexpr std::chrono::milliseconds sweep_interval{500};
inline constexpr std::chrono::seconds keep_alive_timeout{75};
// An HTTP reply of which the peer takes nothing for so long is given up.
inline constexpr std::chrono::seconds reply_stalled_after{15};
// Pipelined requests that are answered in one go, before others have their turn.
inline constexpr std::size_t requests_per_run = 16;
// Of one user's messages that came over HTTP, what may wait for its commit on one loop; a batch may pass it once.
inline constexpr std::size_t user_bytes_in_flight_max = 8 * 1024 * 1024;
// What a request that is half received when the server stops gets to arrive.
inline constexpr std::chrono::seconds drain_receive_timeout{2};
// Of server.drain_timeout, kept for the last commits and the checkpoint.
inline constexpr std::chrono::seconds drain_reserve{5};
// How often a loop looks whether publishers that wait for room may go on, and which deliveries are to be tried again.
inline constexpr std::chrono::milliseconds room_interval{50};
// From our close frame to the end of the TCP connection, whatever the peer does.
inline constexpr std::chrono::seconds close_timeout{5};
// A client that still sends when its request has been answered is read on as long as it does not pause for
// close_timeout, so that no reset overtakes the answer; but not for longer than this, and no more than this.
inline constexpr std::chrono::seconds linger_timeout{30};
inline constexpr std::size_t linger_bytes_max = 16 * 1024 * 1024;

}  // namespace notifyd::limits
