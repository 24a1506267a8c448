"""Pooled vectors and classifier outputs of small random encoders, in float64, written from BERT's paper (arXiv 1810.04805) and not from the engine.

    python3 make_encoders.py > encoders.json
"""
import json
import math

import numpy as np

from make_decoders import weights

VOCABULARY, CONTEXT, LAYERS, WIDTH, HEADS, FF = 50, 48, 2, 24, 3, 40
TEXTS = [[1, 9, 30, 2], [1, 5], [1] + [(7 * i) % 50 for i in range(40)] + [2], [1, 44, 44, 44, 2, 6, 2]]
TYPES = [[0] * len(t) if i < 3 else [0, 0, 0, 0, 0, 1, 1] for i, t in enumerate(TEXTS)]
erf = np.vectorize(math.erf)


class Encoder:
    def __init__(self, architecture, classes):
        self.architecture, self.classes, self.tensors = architecture, classes, {}
        self.offset = 2 if architecture == "roberta" else 0
        self.types = 1 if architecture == "roberta" else 2

    def t(self, name, *shape):
        self.tensors[name] = list(shape)
        return weights(name, *shape)

    def linear(self, x, name, rows):
        return x @ self.t(name + ".weight", rows, x.shape[-1]).T + self.t(name + ".bias", rows)

    def norm(self, x, name):
        w, b = self.t(name + ".weight", WIDTH), self.t(name + ".bias", WIDTH)
        return (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + 1e-12) * w + b

    def run(self, text, types):
        n = len(text)
        x = self.t("token_embd.weight", VOCABULARY, WIDTH)[text]
        x = x + self.t("position_embd.weight", CONTEXT + self.offset, WIDTH)[self.offset:self.offset + n]
        x = x + self.t("token_types.weight", self.types, WIDTH)[np.minimum(types, self.types - 1)]
        x = self.norm(x, "token_embd_norm")
        d = WIDTH // HEADS
        for layer in range(LAYERS):
            p = f"blk.{layer}."
            q, k, v = (self.linear(x, p + "attn_" + s, WIDTH).reshape(n, HEADS, d) for s in "qkv")
            mixed = np.zeros((n, HEADS, d))
            for h in range(HEADS):
                s = q[:, h] @ k[:, h].T / math.sqrt(d)
                e = np.exp(s - s.max(-1, keepdims=True))
                mixed[:, h] = e / e.sum(-1, keepdims=True) @ v[:, h]
            x = self.norm(x + self.linear(mixed.reshape(n, WIDTH), p + "attn_output", WIDTH), p + "attn_output_norm")
            inner = self.linear(x, p + "ffn_up", FF)
            inner = inner * 0.5 * (1 + erf(inner / math.sqrt(2)))
            x = self.norm(x + self.linear(inner, p + "ffn_down", WIDTH), p + "layer_output_norm")
        out = {"mean": x.mean(0), "first": x[0], "last": x[-1]}
        if self.classes:
            out["classes"] = self.linear(np.tanh(self.linear(x[0], "cls", WIDTH)), "cls.output", self.classes)
        return {k: [float(f"{value:.8g}") for value in v] for k, v in out.items()}


if __name__ == "__main__":
    cases = []
    for architecture, classes in (("bert", 0), ("bert", 3), ("roberta", 1)):
        model = Encoder(architecture, classes)
        results = [model.run(text, np.array(types)) for text, types in zip(TEXTS, TYPES)]
        metadata = {"general.architecture": architecture} | {f"{architecture}.{k}": v for k, v in {
            "block_count": LAYERS, "embedding_length": WIDTH, "attention.head_count": HEADS, "feed_forward_length": FF, "context_length": CONTEXT,
            "attention.layer_norm_epsilon": 1e-12}.items()}
        cases.append({"name": f"{architecture}-{classes}", "metadata": metadata, "tensors": model.tensors, "texts": TEXTS, "types": TYPES, "results": results})
    print(json.dumps(cases, separators=(",", ":")))
