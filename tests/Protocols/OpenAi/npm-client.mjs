// OpenAI's own JavaScript client against the wire.
// usage: node npm-client.mjs ADDRESS FOLDER     (FOLDER has node_modules/openai; prints "ok", or throws)
import assert from "node:assert";
import { createRequire } from "node:module";

const OpenAI = createRequire(process.argv[3] + "/")("openai").default;
const client = new OpenAI({ baseURL: process.argv[2] + "v1", apiKey: "none", maxRetries: 0 });
const messages = [{ role: "user", content: "Hi" }];

assert.deepEqual((await client.models.list()).data.map((model) => model.id), ["local"]);
const whole = await client.chat.completions.create({ model: "local", messages, max_tokens: 8, seed: 1, logprobs: true, top_logprobs: 2 });
assert.equal(whole.choices[0].logprobs.content[0].top_logprobs.length, 2);

let text = "", usage;
for await (const part of await client.chat.completions.create({ model: "local", messages, max_tokens: 8, seed: 1, stream: true, stream_options: { include_usage: true } })) {
  text += part.choices[0]?.delta?.content ?? "";
  usage = part.usage ?? usage;
}
assert.equal(text, whole.choices[0].message.content);
assert.equal(usage.completion_tokens, 8);

const schema = { type: "object", properties: { ok: { type: "boolean" }, n: { type: "integer", minimum: 1, maximum: 20 } }, required: ["ok", "n"], additionalProperties: false };
const held = await client.chat.completions.create({ model: "local", messages, max_tokens: 200, seed: 2, response_format: { type: "json_schema", json_schema: { name: "x", schema } } });
assert.equal(typeof JSON.parse(held.choices[0].message.content).ok, "boolean");

const called = await client.chat.completions.create({ model: "local", messages, max_tokens: 300, tool_choice: "required", tools: [{ type: "function", function: { name: "f", parameters: schema } }] });
assert.equal(called.choices[0].finish_reason, "tool_calls");
assert.equal(called.choices[0].message.tool_calls[0].function.name, "f");

const response = await client.responses.create({ model: "local", input: "Hi", max_output_tokens: 8 });
assert.equal(response.status, "incomplete");
assert.equal((await client.responses.retrieve(response.id)).output_text, response.output_text);
let streamed = "", completed;
for await (const event of await client.responses.create({ model: "local", input: "Hi", max_output_tokens: 6, stream: true, previous_response_id: response.id })) {
  if (event.type === "response.output_text.delta") streamed += event.delta;
  if (event.type === "response.incomplete") completed = event.response;
}
assert.equal(completed.output[0]?.content[0].text ?? "", streamed);
assert.equal((await client.responses.inputItems.list(completed.id)).data[0].content[0].text, "Hi");
await client.responses.delete(response.id);
await assert.rejects(client.responses.retrieve(response.id), (error) => error instanceof OpenAI.NotFoundError);

await assert.rejects(client.chat.completions.create({ model: "none", messages }), (error) => error instanceof OpenAI.NotFoundError && error.code === "model_not_found");
await assert.rejects(client.chat.completions.create({ model: "local", messages: [] }), (error) => error instanceof OpenAI.BadRequestError && error.param === "messages");
console.log("ok");
