// A typical broadcast server with `ws`: a client that connects to /?chat=NAME receives everything that is sent in that
// chat; with &publish=1, it only sends.
// usage: node ws_server.js PORT

import {WebSocketServer} from "ws";

const chats = new Map();

function subscribersOf(name) {
  let subscribers = chats.get(name);
  if (!subscribers) {
    subscribers = new Set();
    chats.set(name, subscribers);
  }
  return subscribers;
}

const server = new WebSocketServer({
  host: "127.0.0.1",
  port: Number(process.argv[2]),
  backlog: 4096,
  perMessageDeflate: false, // as in notifyd
});

server.on("connection", (socket, request) => {
  const query = new URL(request.url, "http://localhost").searchParams;
  const subscribers = subscribersOf(query.get("chat"));
  if (query.get("publish") !== "1") {
    subscribers.add(socket);
  }
  socket.on("message", (data) => {
    for (const subscriber of subscribers) {
      subscriber.send(data, {binary: false});
    }
  });
  socket.on("close", () => subscribers.delete(socket));
  socket.on("error", () => socket.terminate());
});
