// Limits that are not configurable, and the relations between them, checked at compile time.
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
// Per connection token, which must fit into a URL.
inline constexpr std::size_t ticket_channels_max = 50;
inline constexpr std::size_t batch_messages_max = 100;
inline constexpr std::size_t connect_topics_max = 100;

inline constexpr std::size_t page_messages_default = 50;
inline constexpr std::size_t page_messages_max = 100;
// A page ends early at this many bytes (but holds at least one message); the client continues with nextStartKey.
inline constexpr std::size_t page_bytes_max = 1024 * 1024;
inline constexpr std::size_t sequences_max = 100;
static_assert(sequences_max <= page_messages_max, "a gap query fits one page");

// Handlers that run before the loop flushes: a full turn, but bounded.
inline constexpr std::size_t handlers_per_turn = 16'384;
inline constexpr std::size_t handlers_per_part = 32;
// A turn also ends after this long, checked every few handlers, so that expensive requests of a few clients do not
// delay everybody's output. Shorter turns batch less per send: at 5 ms, 500 busy chats reached 0.6 of the throughput.
inline constexpr std::chrono::milliseconds turn_time_max{20};
inline constexpr std::size_t handlers_per_look = 4;
// Buffers per gather write; IOV_MAX is 1,024 on Linux.
inline constexpr std::size_t gather_pieces_max = 256;
inline constexpr std::size_t gather_rounds_max = 64;
// Messages taken from the lanes, and blocks queued on connections, before the loop flushes.
inline constexpr std::size_t deliveries_per_turn = 16'384;
// Consecutive messages of one topic are encoded into one block of at most this many bytes (or one message).
inline constexpr std::size_t run_bytes_max = 64 * 1024;
// Outbox size above which replies and pongs wait for the socket instead of being queued.
inline constexpr std::size_t control_mark_bytes = 256 * 1024;

// Rows per transaction: enough that one sync covers many publishes, few enough to keep the latency low.
inline constexpr std::size_t commit_rows_max = 4'096;
// A loop in a long turn hands its requests to the storage thread as soon as it has gathered this many.
inline constexpr std::size_t handover_requests = 32;
static_assert(handover_requests < commit_rows_max, "commits grow with load");
// A client that missed more than this must page through GET /messages instead (docs/protocol.md#resume).
inline constexpr std::size_t resume_messages_max = 1'000;
// Bytes of frames held back until their connection's first frame is sent, which takes milliseconds.
inline constexpr std::size_t held_frames_bytes_max = 256 * 1024;
// Subscribes and unsubscribes of one connection that wait for their topics' positions; at the limit, the connection is
// not read.
inline constexpr std::size_t openings_max = 8;
// Replays of one topic waiting for their turn on one connection.
inline constexpr std::size_t replays_waiting_max = 8;
// Live standard messages held back until a replay ends; any beyond that are sent at once.
inline constexpr std::size_t held_messages_max = 1'000;
// Concurrent log reads of one loop for connections that are catching up.
inline constexpr std::size_t catch_up_reads_max = 32;
// Consecutive failures of such a read before the connection is given up.
inline constexpr std::size_t catch_up_failures_max = 5;
inline constexpr std::chrono::milliseconds catch_up_pause{500};
// Messages waiting to be retried on one connection; any beyond that become dead letters at once.
inline constexpr std::size_t retries_per_connection_max = 256;
inline constexpr std::size_t retry_bytes_per_connection_max = 4 * 1024 * 1024;
// Unanswered publishes of one WebSocket; at the limit, it is not read until some have been answered.
inline constexpr std::size_t unanswered_max = 1'024;
inline constexpr std::size_t redrives_waiting_max = 64;
// Members of a topic that get a notification in one transaction.
inline constexpr std::size_t posting_slice_members = 100;
// Connection tokens that are remembered, in total and per user.
inline constexpr std::size_t tickets_max = 1'000'000;
inline constexpr std::size_t tickets_per_user_max = 1'000;
static_assert(tickets_per_user_max > 600, "ten per minute for an hour must fit");
// Topics in which a user has a read position. Users without an admin token hardly get there, because positions are
// deleted together with permissions.
inline constexpr std::size_t read_positions_per_user_max = 100'000;
inline constexpr std::size_t retention_slice_rows = 500;
// Pages returned to the file system in one transaction.
inline constexpr std::size_t reclaim_slice_pages = 64;

// Pings, pongs and fragments smaller than small_piece_bytes, per WebSocket; beyond that, it is closed with 1008.
inline constexpr std::size_t small_frames_per_second = 100;
inline constexpr std::size_t small_frames_burst = 1'000;
inline constexpr std::size_t small_piece_bytes = 64;
// A body up to this size is not charged to limits.body_memory, and is read before its token is verified.
inline constexpr std::size_t free_body_bytes = 16 * 1024;
// The same for an incoming WebSocket message. An idle connection keeps no larger buffer.
inline constexpr std::size_t free_message_bytes = 4 * 1024;
// How long a request body, or a message larger than that, may pause; in total it may take body_grace plus one second
// for every body_bytes_per_second received (gateway/http/body_pace.hpp).
inline constexpr std::chrono::seconds body_stalled_after{30};
inline constexpr std::chrono::seconds body_grace{30};
inline constexpr std::size_t body_bytes_per_second = 16 * 1024;
// The body of POST /@connections/{connectionId}.
inline constexpr std::size_t posted_frame_bytes_max = 128 * 1024;

// How often a loop checks its connections' deadlines.
inline constexpr std::chrono::milliseconds sweep_interval{500};
inline constexpr std::chrono::seconds keep_alive_timeout{75};
// An HTTP reply is abandoned if the peer reads nothing of it for this long.
inline constexpr std::chrono::seconds reply_stalled_after{15};
// Pipelined requests answered in a row before other connections get their turn.
inline constexpr std::size_t requests_per_run = 16;
// Bytes of one user's messages sent over HTTP that may await their commit on one loop; a single batch may exceed it.
inline constexpr std::size_t user_bytes_in_flight_max = 8 * 1024 * 1024;
// How long a partly received request may take to arrive once the server is stopping.
inline constexpr std::chrono::seconds drain_receive_timeout{2};
// Part of server.drain_timeout, reserved for the last commits and the checkpoint.
inline constexpr std::chrono::seconds drain_reserve{5};
// How often a loop checks whether waiting publishers may go on, and which deliveries are due for a retry.
inline constexpr std::chrono::milliseconds room_interval{50};
// From our close frame to the end of the TCP connection, whatever the peer does.
inline constexpr std::chrono::seconds close_timeout{5};
// A client that keeps sending after its request was answered is read as long as it does not pause for close_timeout, so
// that no reset overtakes the reply; but at most this long, and at most this many bytes.
inline constexpr std::chrono::seconds linger_timeout{30};
inline constexpr std::size_t linger_bytes_max = 16 * 1024 * 1024;

}  // namespace notifyd::limits
