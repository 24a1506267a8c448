namespace Orrery.Language.Inference.Sampling;

/// <summary>A token that may come next.</summary>
/// <param name="Token">Its id.</param>
/// <param name="Weight">Its logit, then its probability.</param>
internal readonly record struct Candidate(int Token, float Weight);
