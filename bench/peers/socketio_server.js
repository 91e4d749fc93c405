// A typical room server with socket.io: "join" enters a room, "publish" sends to everybody in it.
// usage: node socketio_server.js PORT

import {createServer} from "node:http";
import {Server} from "socket.io";

const http = createServer();
const server = new Server(http, {
  transports: ["websocket"], // the workloads use WebSocket only, without polling first
  perMessageDeflate: false, // as in notifyd
  serveClient: false,
});

server.on("connection", (socket) => {
  socket.on("join", (room) => socket.join(room));
  socket.on("publish", (room, payload) => server.to(room).emit("message", payload));
});

http.listen({host: "127.0.0.1", port: Number(process.argv[2]), backlog: 4096});
