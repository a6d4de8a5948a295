// A fan-out as one writes it with uWebSockets' topics, through Bun, whose server it is: every message
// of a publisher goes to all who subscribe to the topic, batched by the turn of the loop.
const topic = "t";
const deflate = Boolean(process.env.THUMP_BENCH_DEFLATE);

const server = Bun.serve({
  hostname: "127.0.0.1",
  port: Number(process.argv[2]),
  async fetch(request, server) {
    const subscribes = new URL(request.url).pathname === "/sub";
    if (server.upgrade(request, { data: { subscribes } })) return undefined;
    server.publish(topic, await request.text());
    return new Response(null, { status: 202 });
  },
  websocket: {
    perMessageDeflate: deflate ? { compress: "shared", decompress: "shared" } : false,
    open(socket) {
      if (socket.data.subscribes) socket.subscribe(topic);
    },
    message(socket, data) {
      if (!socket.data.subscribes) server.publish(topic, data, deflate);
    },
  },
});
