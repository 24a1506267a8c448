"""Logits of small random decoders of every supported family, in float64, written from the papers and not from the engine.

    python3 make_decoders.py > decoders.json

Weights are a function of the tensor's name and the value's index, so that the golden file holds shapes and logits only.
"""
import json
import math

import numpy as np

VOCABULARY, CONTEXT = 40, 64
TOKENS = [1, 7, 33, 12, 12, 25, 3, 39, 18, 0, 7, 33, 21, 5]


def weights(name, *shape):
    with np.errstate(over="ignore"):
        seed = np.uint64(14695981039346656037)
        for c in name.encode():
            seed = (seed ^ np.uint64(c)) * np.uint64(1099511628211)
        z = seed + (np.arange(math.prod(shape), dtype=np.uint64) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z = z ^ (z >> np.uint64(31))
    u = (z >> np.uint64(40)).astype(np.float64) / 2.0**24 - 0.5
    value = 1 + 0.4 * u if name.endswith("norm.weight") else 2 + u if "rope_f" in name else 0.6 * u
    return value.astype(np.float32).astype(np.float64).reshape(shape)


class Model:
    def __init__(self, name, architecture, layers=2, width=32, heads=4, kv=2, dim=8, ff=48, tied=True, style="half", rope_base=10000.0, **more):
        self.__dict__.update(locals())
        self.__dict__.update(more)
        self.tensors = {}
        self.metadata = {
            "general.architecture": architecture, "block_count": layers, "embedding_length": width, "feed_forward_length": ff, "context_length": CONTEXT,
            "attention.head_count": heads, "attention.head_count_kv": kv, "attention.key_length": dim, "attention.value_length": dim,
            "attention.layer_norm_rms_epsilon": 1e-5, "rope.freq_base": rope_base, "rope.dimension_count": more.get("rope_dim", dim),
        }
        self.metadata.update(more.get("metadata", {}))

    def get(self, key, default=None):
        return getattr(self, key, default)

    def t(self, name, *shape):
        self.tensors[name] = list(shape)
        return weights(name, *shape)

    # ---- pieces
    def norm(self, x, name):
        w = self.t(name + ".weight", x.shape[-1])
        if self.architecture == "gpt2":
            b = self.t(name + ".bias", x.shape[-1])
            return (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + 1e-5) * w + b
        return x / np.sqrt((x * x).mean(-1, keepdims=True) + 1e-5) * w

    def frequencies(self, base, local):
        n = self.get("rope_dim", self.dim)
        f = base ** (-np.arange(0, n, 2) / n)
        magnitude = 1.0
        scaling = None if local else self.get("scaling")
        if scaling == "linear":
            f = f / 4
        elif scaling == "divisors":
            f = f / self.t("rope_freqs.weight", n // 2)
        elif scaling == "llama3":
            factor, low, high, original = 8.0, 1.0, 4.0, 32
            wave = 2 * np.pi / f
            smooth = (original / wave - low) / (high - low)
            mid = (1 - smooth) * f / factor + smooth * f
            f = np.where(wave < original / high, f, np.where(wave > original / low, f / factor, mid))
        elif scaling == "yarn":
            factor, original = 4.0, 16
            turn = lambda r: n * math.log(original / (r * 2 * math.pi)) / (2 * math.log(base))
            low, high = max(math.floor(turn(32.0)), 0), min(math.ceil(turn(1.0)), n - 1)
            keep = 1 - np.clip((np.arange(n // 2) - low) / max(high - low, 0.001), 0, 1)
            f = f / factor * (1 - keep) + f * keep
            magnitude = 0.1 * math.log(factor) + 1
        return f, magnitude

    def rotate(self, x, base, local):
        f, magnitude = self.frequencies(base, local)
        n = 2 * len(f)
        angle = np.arange(x.shape[0])[:, None, None] * f
        c, s = np.cos(angle) * magnitude, np.sin(angle) * magnitude
        out = x.copy()
        a, b = (x[..., 0:n:2], x[..., 1:n:2]) if self.style == "adjacent" else (x[..., :n // 2], x[..., n // 2:n])
        p, q = a * c - b * s, a * s + b * c
        if self.style == "adjacent":
            out[..., 0:n:2], out[..., 1:n:2] = p, q
        else:
            out[..., :n // 2], out[..., n // 2:n] = p, q
        return out

    def window(self, layer):
        every = self.get("global_every", 0)
        return 0 if every and (layer + 1) % every == 0 else self.get("sliding", 0)

    def attention(self, x, layer, p):
        n, h, k, d = len(x), self.heads, self.kv, self.dim
        if self.get("joined"):
            both = x @ self.t(p + "attn_qkv.weight", (h + 2 * k) * d, self.width).T
            if self.architecture == "gpt2":
                both = both + self.t(p + "attn_qkv.bias", (h + 2 * k) * d)
            q, key, v = both[:, :h * d], both[:, h * d:(h + k) * d], both[:, (h + k) * d:]
        else:
            q, key, v = (x @ self.t(p + f"attn_{s}.weight", m * d, self.width).T for s, m in (("q", h), ("k", k), ("v", k)))
            if self.get("bias"):
                q, key, v = (a + self.t(p + f"attn_{s}.bias", a.shape[1]) for s, a in (("q", q), ("k", key), ("v", v)))
        q, key, v = q.reshape(n, h, d), key.reshape(n, k, d), v.reshape(n, k, d)
        if self.get("qk_norm"):
            q, key = self.norm(q, p + "attn_q_norm"), self.norm(key, p + "attn_k_norm")
        if self.architecture != "gpt2":
            local = self.get("local_base") and self.window(layer) > 0
            base = self.local_base if local else self.rope_base
            q, key = self.rotate(q, base, local), self.rotate(key, base, local)
        out = np.zeros((n, h, d))
        for head in range(h):
            kk, vv = key[:, head // (h // k)], v[:, head // (h // k)]
            s = q[:, head] @ kk.T / math.sqrt(d)
            if self.get("attention_cap"):
                s = self.attention_cap * np.tanh(s / self.attention_cap)
            i, j = np.arange(n)[:, None], np.arange(n)[None, :]
            hidden = j > i
            if self.window(layer):
                hidden |= j <= i - self.window(layer)
            s = np.where(hidden, -np.inf, s)
            e = np.exp(s - s.max(-1, keepdims=True))
            out[:, head] = e / e.sum(-1, keepdims=True) @ vv
        out = out.reshape(n, h * d) @ self.t(p + "attn_output.weight", self.width, h * d).T
        return out + self.t(p + "attn_output.bias", self.width) if self.architecture == "gpt2" else out

    def activate(self, x):
        if self.architecture.startswith("gemma") or self.architecture == "gpt2":
            return 0.5 * x * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))
        return x / (1 + np.exp(-x))

    def gated(self, x, gate, up, down):
        return (self.activate(x @ gate.T) * (x @ up.T)) @ down.T

    def feed_forward(self, x, p):
        w, f = self.width, self.ff
        if self.architecture == "gpt2":
            hidden = self.activate(x @ self.t(p + "ffn_up.weight", f, w).T + self.t(p + "ffn_up.bias", f))
            return hidden @ self.t(p + "ffn_down.weight", w, f).T + self.t(p + "ffn_down.bias", w)
        if self.architecture == "phi3":
            both = self.t(p + "ffn_up.weight", 2 * f, w)
            return self.gated(x, both[:f], both[f:], self.t(p + "ffn_down.weight", w, f))
        if self.get("experts"):
            return self.mixture(x, p)
        return self.gated(x, self.t(p + "ffn_gate.weight", f, w), self.t(p + "ffn_up.weight", f, w), self.t(p + "ffn_down.weight", w, f))

    def mixture(self, x, p):
        e, w, f = self.experts, self.width, self.ff
        router = x @ self.t(p + "ffn_gate_inp.weight", e, w).T
        gate, up, down = self.t(p + "ffn_gate_exps.weight", e, f, w), self.t(p + "ffn_up_exps.weight", e, f, w), self.t(p + "ffn_down_exps.weight", e, w, f)
        out = np.zeros_like(x)
        for i, row in enumerate(x):
            probability = np.exp(router[i] - router[i].max())
            probability /= probability.sum()
            chosen = np.argsort(-probability, kind="stable")[:self.used]
            weight = probability[chosen] / (probability[chosen].sum() if self.get("normalize", True) else 1)
            for c, m in zip(chosen, weight):
                out[i] += m * self.gated(row, gate[c], up[c], down[c])
        if self.get("shared"):
            s = self.shared
            opening = 1 / (1 + np.exp(-(x @ self.t(p + "ffn_gate_inp_shexp.weight", 1, w).T)))
            out += opening * self.gated(x, self.t(p + "ffn_gate_shexp.weight", s, w), self.t(p + "ffn_up_shexp.weight", s, w), self.t(p + "ffn_down_shexp.weight", w, s))
        return out

    def logits(self):
        embeddings = self.t("token_embd.weight", VOCABULARY, self.width)
        x = embeddings[TOKENS]
        if self.architecture.startswith("gemma"):
            x = x * math.sqrt(self.width)
        if self.architecture == "gpt2":
            x = x + self.t("position_embd.weight", CONTEXT, self.width)[:len(TOKENS)]
        for layer in range(self.layers):
            p = f"blk.{layer}."
            a = self.attention(self.norm(x, p + "attn_norm"), layer, p)
            x = x + (self.norm(a, p + "post_attention_norm") if self.get("post_norms") else a)
            f = self.feed_forward(self.norm(x, p + "ffn_norm"), p)
            x = x + (self.norm(f, p + "post_ffw_norm") if self.get("post_norms") else f)
        x = self.norm(x, "output_norm")
        out = x @ (embeddings if self.tied else self.t("output.weight", VOCABULARY, self.width)).T
        return self.logit_cap * np.tanh(out / self.logit_cap) if self.get("logit_cap") else out


def models():
    llama = dict(style="adjacent")
    yield Model("llama", "llama", tied=False, **llama)
    yield Model("llama-tied-mha", "llama", kv=4, **llama)
    yield Model("llama-mqa", "llama", kv=1, **llama)
    yield Model("llama-linear", "llama", scaling="linear", metadata={"rope.scaling.type": "linear", "rope.scaling.factor": 4.0}, **llama)
    yield Model("llama-3-divisors", "llama", scaling="divisors", **llama)
    yield Model("llama-3-factors", "llama", scaling="llama3", metadata={"rope.scaling.type": "llama3", "rope.scaling.factor": 8.0, "rope.scaling.original_context_length": 32}, **llama)
    yield Model("llama-yarn", "llama", scaling="yarn", metadata={"rope.scaling.type": "yarn", "rope.scaling.factor": 4.0, "rope.scaling.original_context_length": 16}, **llama)
    yield Model("mistral-window", "llama", sliding=5, metadata={"attention.sliding_window": 5}, **llama)
    yield Model("mixtral", "llama", experts=4, used=2, metadata={"expert_count": 4, "expert_used_count": 2}, **llama)
    yield Model("qwen2", "qwen2", bias=True)
    yield Model("qwen3", "qwen3", qk_norm=True, dim=12)
    moe = {"expert_count": 6, "expert_used_count": 3, "expert_feed_forward_length": 24}
    yield Model("qwen2moe", "qwen2moe", bias=True, ff=24, experts=6, used=3, shared=40, normalize=False, metadata=moe | {"expert_shared_feed_forward_length": 40})
    yield Model("qwen3moe", "qwen3moe", qk_norm=True, ff=24, experts=6, used=3, metadata=moe)
    yield Model("gemma", "gemma", kv=1, dim=16)
    yield Model("gemma2", "gemma2", dim=16, post_norms=True, sliding=4, global_every=2, attention_cap=50.0, logit_cap=30.0,
                metadata={"attention.sliding_window": 4, "attn_logit_softcapping": 50.0, "final_logit_softcapping": 30.0})
    yield Model("gemma3", "gemma3", layers=6, dim=16, post_norms=True, qk_norm=True, sliding=4, global_every=6, rope_base=1e6, local_base=1e4, scaling="linear",
                metadata={"attention.sliding_window": 4, "rope.scaling.type": "linear", "rope.scaling.factor": 4.0})
    yield Model("phi3", "phi3", joined=True, kv=4, tied=False, sliding=6, metadata={"attention.sliding_window": 6})
    yield Model("gpt2", "gpt2", joined=True, kv=4)


if __name__ == "__main__":
    cases = []
    for model in models():
        logits = model.logits()
        assert np.isfinite(logits).all()
        metadata = {k if k.startswith("general.") else f"{model.architecture}.{k}": v for k, v in model.metadata.items()}
        cases.append({"name": model.name, "metadata": metadata, "tensors": model.tensors, "tokens": TOKENS, "logits": [[float(f"{v:.8g}") for v in row] for row in logits]})
    print(json.dumps(cases, separators=(",", ":")))
