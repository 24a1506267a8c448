"""Prints the golden values of RelevanceTests: nDCG by scikit-learn, average precision and the rest by trec_eval's definitions, of three rankings."""
import numpy as np
from sklearn.metrics import ndcg_score

rng = np.random.default_rng(4)
ndcg, mrr, ap, p10, r10, r20 = [], [], [], [], [], []
for query in range(3):
    grades = rng.choice([0, 0, 0, 1, 2, 3], size=30)
    ranking = rng.permutation(30)[:20]
    scores = np.zeros(30)
    scores[ranking] = 20 - np.arange(20)
    ndcg.append(ndcg_score([grades], [scores], k=10, ignore_ties=True))
    relevant = grades[ranking] > 0
    total = (grades > 0).sum()
    first = np.flatnonzero(relevant)
    mrr.append(1 / (first[0] + 1) if len(first) else 0)
    ap.append(sum(relevant[: i + 1].mean() for i in first) / total)
    p10.append(relevant[:10].mean())
    r10.append(relevant[:10].sum() / total)
    r20.append(relevant.sum() / total)
    print("[", ", ".join(map(str, grades)), "]", "[", ", ".join(map(str, ranking)), "]")
for name, values in dict(ndcg_at_10=ndcg, mrr=mrr, map=ap, precision_at_10=p10, recall_at_10=r10, recall_at_20=r20).items():
    print(name, repr(float(np.mean(values))))
