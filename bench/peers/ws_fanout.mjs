// A fan-out as one writes it with node's `ws`: every message of a publisher goes to everyone.
import { createRequire } from "node:module";
import process from "node:process";

const require = createRequire(`${process.env.THUMP_BENCH_MODULES}/`);
const { WebSocketServer } = require("ws");

const subscribers = new Set();
const server = new WebSocketServer({
  host: "127.0.0.1", port: Number(process.argv[2]), backlog: 4096,
  perMessageDeflate: process.env.THUMP_BENCH_DEFLATE ? { threshold: 64 } : false,
});

server.on("connection", (socket, request) => {
  if (request.url === "/pub") {
    socket.on("message", (data) => {
      for (const subscriber of subscribers) subscriber.send(data, { binary: false });
    });
  } else {
    subscribers.add(socket);
    socket.on("close", () => subscribers.delete(socket));
  }
});
