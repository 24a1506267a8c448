// llama.cpp in a process of its own: the answer to "PROMPT GENERATE" is prompt tokens a second and generated tokens a second.
//   node llama_peer.mjs NODE_MODULES MODEL THREADS
import {createInterface} from "node:readline";
import {pathToFileURL} from "node:url";

const [modules, file, threadCount] = process.argv.slice(2);
const threads = Number(threadCount);
const {getLlama, LlamaLogLevel} = await import(pathToFileURL(modules + "/node-llama-cpp/dist/index.js").href);
const llama = await getLlama({gpu: false, build: "never", logLevel: LlamaLogLevel.error, maxThreads: threads});
const model = await llama.loadModel({modelPath: file, gpuLayers: 0});
console.log("ready");
for await (const line of createInterface({input: process.stdin})) {
    const [prompt, generate] = line.split(" ").map(Number);
    const context = await model.createContext({contextSize: prompt + generate + 32, batchSize: 512, threads: {ideal: threads, min: threads}});
    const tokens = Array.from({length: prompt}, (_, i) => (i * 7 + 3) % 1999);
    const begin = performance.now();
    let first = begin, count = 0;
    for await (const _ of context.getSequence().evaluate(tokens, {temperature: 0, yieldEogToken: true})) {
        if (count++ === 0)
            first = performance.now();
        if (count === generate)
            break;
    }
    const end = performance.now();
    console.log(`${prompt / (first - begin) * 1000} ${(count - 1) / (end - first) * 1000}`);
    await context.dispose();
}
process.exit(0);
