// Makes small tokenizers of every kind and what Hugging Face's own library does with them.
//
// usage: npm install tokenizers@0.23.2 && node make-tokenizers.mjs > tokenizers.json
//
// The output is a list of { name, tokenizer (a whole tokenizer.json), cases: [{ text, ids, special, decoded }] }: `ids` without and `special` with the
// tokens that the model adds.
import { Tokenizer } from "tokenizers";

const corpus = `The planets move in their orbits, and every movement drives the others; an orrery shows how. They're not late: we've seen 123 of them,
it's 4567 km away. Der Führer einer Straßenbahn, naïve café, resume. Планеты движутся по орбитам. 惑星は軌道を回る。行星沿着轨道运行。 the the their there other
moving moves moved late later latest seen unseen movement movements`;
const texts = [
  "", " ", "  ", "a", "Hello", " Hello world", "the planets moved,  and they've  seen others!", "THEY'RE LATE", "tabs\tand\nlines\r\n\r\n end",
  "12345 67 8", "Straße naïve café", "cafe\u0301 A\u030a ﬁ ½ Ⅷ", "Планеты по орбитам", "惑星は軌道", "行星 orbit", "🚀 rocket 😶‍🌫️🦙", "𝔘𝔫𝔦 𐐀𐐨 𠀀", "a\u00a0b\u3000c\u200bd",
  "<s>the</s> planets", "[CLS] the [MASK]", "x".repeat(300), "the ".repeat(60), "\u0000\ufffd", "한국어 각 \u1100\u1161\u11a8", "don't can't I'LL we'Ve", "...!!!???", "a_b-c/d=e",
];

const count = (words) => { const m = new Map(); for (const w of words) m.set(w, (m.get(w) ?? 0) + 1); return m; };

/** Byte-pair encoding as it was published: the most frequent pair is merged, the first of equals in the order of the text. */
function learn(words, merges) {
  const items = [...count(words.map((w) => JSON.stringify(w)))].map(([w, n]) => [JSON.parse(w), n]);
  const learnt = [];
  while (learnt.length < merges) {
    const pairs = new Map();
    for (const [w, n] of items) for (let i = 0; i + 1 < w.length; i++) { const k = w[i] + " " + w[i + 1]; pairs.set(k, (pairs.get(k) ?? 0) + n); }
    let best = null;
    for (const [k, n] of pairs) if (n > 1 && (best === null || n > pairs.get(best))) best = k;
    if (best === null) break;
    learnt.push(best);
    const [a, b] = best.split(" ");
    for (const item of items) {
      const next = [];
      for (let i = 0; i < item[0].length; i++) if (item[0][i] === a && item[0][i + 1] === b) { next.push(a + b); i++; } else next.push(item[0][i]);
      item[0] = next;
    }
  }
  return learnt;
}

const letters = (() => {
  const map = []; let next = 256;
  for (let b = 0; b < 256; b++) map.push(String.fromCharCode((b >= 33 && b <= 126) || (b >= 0xa1 && b <= 0xac) || (b >= 0xae && b <= 0xff) ? b : next++));
  return map;
})();
const special = (id, content, more = {}) => ({ id, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special: true, ...more });
const byteWords = corpus.match(/ ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+/gu).map((w) => [...new TextEncoder().encode(w)].map((b) => letters[b]));
const byteMerges = learn(byteWords, 160);
const byteVocab = Object.fromEntries([...letters, ...byteMerges.map((m) => m.replace(" ", ""))].map((t, i) => [t, i]));
const bytes = Object.keys(byteVocab).length;
const base = { version: "1.0", truncation: null, padding: null };
const byteLevel = (more) => ({ type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true, ...more });

const gpt2 = {
  ...base, added_tokens: [special(bytes, "<s>"), special(bytes + 1, "</s>", { rstrip: true }), special(bytes + 2, "[MASK]", { lstrip: true })],
  normalizer: { type: "NFC" }, pre_tokenizer: byteLevel(), post_processor: { type: "RobertaProcessing", sep: ["</s>", bytes + 1], cls: ["<s>", bytes], trim_offsets: true, add_prefix_space: false },
  decoder: byteLevel(), model: { type: "BPE", dropout: null, unk_token: null, continuing_subword_prefix: "", end_of_word_suffix: "", fuse_unk: false, byte_fallback: false, vocab: byteVocab, merges: byteMerges },
};
const llama3 = {
  ...gpt2, normalizer: null,
  pre_tokenizer: { type: "Sequence", pretokenizers: [
    { type: "Split", pattern: { Regex: "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+" }, behavior: "Isolated", invert: false },
    byteLevel({ use_regex: false })] },
  post_processor: { type: "Sequence", processors: [byteLevel(), { type: "TemplateProcessing",
    single: [{ SpecialToken: { id: "<s>", type_id: 0 } }, { Sequence: { id: "A", type_id: 0 } }],
    pair: [{ SpecialToken: { id: "<s>", type_id: 0 } }, { Sequence: { id: "A", type_id: 0 } }, { SpecialToken: { id: "<s>", type_id: 1 } }, { Sequence: { id: "B", type_id: 1 } }],
    special_tokens: { "<s>": { id: "<s>", ids: [bytes], tokens: ["<s>"] } } }] },
  model: { ...gpt2.model, ignore_merges: true, merges: byteMerges.map((m) => m.split(" ")) },
};
const starcoder = { ...gpt2, normalizer: null, pre_tokenizer: { type: "Sequence", pretokenizers: [{ type: "Digits", individual_digits: true }, byteLevel()] } };

const spaced = corpus.split(/\s+/).map((w) => [..."▁" + w]);
const characters = [...new Set(spaced.flat())];
const spMerges = learn(spaced, 120);
const spVocab = Object.fromEntries(["<unk>", "<s>", "</s>", ...Array.from({ length: 256 }, (_, b) => `<0x${b.toString(16).toUpperCase().padStart(2, "0")}>`), ...characters,
  ...spMerges.map((m) => m.replace(" ", ""))].map((t, i) => [t, i]));
const llama2 = {
  ...base, added_tokens: [special(0, "<unk>"), special(1, "<s>"), special(2, "</s>")],
  normalizer: { type: "Sequence", normalizers: [{ type: "Prepend", prepend: "▁" }, { type: "Replace", pattern: { String: " " }, content: "▁" }] }, pre_tokenizer: null,
  post_processor: { type: "TemplateProcessing", single: [{ SpecialToken: { id: "<s>", type_id: 0 } }, { Sequence: { id: "A", type_id: 0 } }],
    pair: [{ SpecialToken: { id: "<s>", type_id: 0 } }, { Sequence: { id: "A", type_id: 0 } }, { SpecialToken: { id: "<s>", type_id: 1 } }, { Sequence: { id: "B", type_id: 1 } }],
    special_tokens: { "<s>": { id: "<s>", ids: [1], tokens: ["<s>"] } } },
  decoder: { type: "Sequence", decoders: [{ type: "Replace", pattern: { String: "▁" }, content: " " }, { type: "ByteFallback" }, { type: "Fuse" }, { type: "Strip", content: " ", start: 1, stop: 0 }] },
  model: { type: "BPE", dropout: null, unk_token: "<unk>", continuing_subword_prefix: null, end_of_word_suffix: null, fuse_unk: true, byte_fallback: true, vocab: spVocab, merges: spMerges },
};

// Scores are whatever frequency gives them: what is compared is the search, not the learning.
const pieces = [...characters, ...spMerges.map((m) => m.replace(" ", ""))];
const unigram = {
  ...base, added_tokens: [special(0, "<pad>"), special(1, "</s>"), special(2, "<unk>")],
  normalizer: { type: "NFKC" }, pre_tokenizer: { type: "Metaspace", replacement: "▁", prepend_scheme: "always", split: true },
  post_processor: { type: "TemplateProcessing", single: [{ Sequence: { id: "A", type_id: 0 } }, { SpecialToken: { id: "</s>", type_id: 0 } }],
    pair: [{ Sequence: { id: "A", type_id: 0 } }, { SpecialToken: { id: "</s>", type_id: 0 } }, { Sequence: { id: "B", type_id: 0 } }, { SpecialToken: { id: "</s>", type_id: 0 } }],
    special_tokens: { "</s>": { id: "</s>", ids: [1], tokens: ["</s>"] } } },
  decoder: { type: "Metaspace", replacement: "▁", prepend_scheme: "always", split: true },
  model: { type: "Unigram", unk_id: 2, vocab: [["<pad>", 0], ["</s>", 0], ["<unk>", 0], ...pieces.map((p, i) => [p, -(2 + ((i * 7919) % 1000) / 125 + 1 / [...p].length)])], byte_fallback: false },
};

const words = corpus.toLowerCase().normalize("NFD").replace(/\p{Mn}/gu, "").match(/\p{L}+|\p{N}+/gu);
const first = [...new Set(words.map((w) => [...w][0]))];
const rest = [...new Set(words.flatMap((w) => [...w].slice(1)))];
const wordVocab = Object.fromEntries([...new Set(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", ...".,:;!?'-", ...first, ...rest.map((c) => "##" + c), "the", "planet", "##s", "mov", "##ing", "##ed", "late", "##st", "un", "##seen", "dont"])].map((t, i) => [t, i]));
const bert = {
  ...base, added_tokens: [special(0, "[PAD]"), special(1, "[UNK]"), special(2, "[CLS]"), special(3, "[SEP]"), special(4, "[MASK]")],
  normalizer: { type: "BertNormalizer", clean_text: true, handle_chinese_chars: true, strip_accents: null, lowercase: true }, pre_tokenizer: { type: "BertPreTokenizer" },
  post_processor: { type: "BertProcessing", sep: ["[SEP]", 3], cls: ["[CLS]", 2] }, decoder: { type: "WordPiece", prefix: "##", cleanup: false },
  model: { type: "WordPiece", unk_token: "[UNK]", continuing_subword_prefix: "##", max_input_chars_per_word: 100, vocab: wordVocab },
};

const out = [];
for (const [name, json] of Object.entries({ gpt2, llama3, starcoder, llama2, unigram, bert })) {
  const tokenizer = Tokenizer.fromString(JSON.stringify(json));
  const cases = [];
  for (const text of texts) {
    const ids = (await tokenizer.encode(text, null, { addSpecialTokens: false })).getIds();
    const withSpecial = (await tokenizer.encode(text, null, { addSpecialTokens: true })).getIds();
    cases.push({ text, ids, special: withSpecial, decoded: await tokenizer.decode(ids, true) });
  }
  const pair = (await tokenizer.encode("the planets", "moved", { addSpecialTokens: true })).getIds();
  out.push({ name, tokenizer: json, pair, cases });
}
process.stdout.write("[\n" + out.map((o) => JSON.stringify(o)).join(",\n") + "\n]\n");
