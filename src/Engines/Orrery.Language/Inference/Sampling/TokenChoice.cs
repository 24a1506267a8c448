namespace Orrery.Language.Inference.Sampling;

/// <summary>What was chosen.</summary>
internal readonly record struct TokenChoice(int Token, float LogProbability, IReadOnlyList<TokenProbability> Alternatives);

/// <summary>A token with its natural log-probability under the model, before temperature and penalties.</summary>
/// <param name="Token">Its id.</param>
/// <param name="LogProbability">ln p, at most 0.</param>
public readonly record struct TokenProbability(int Token, float LogProbability);

/// <summary>
/// Says which tokens may come next: a grammar, a schema. One instance serves one generation; calls never overlap, and alternate between the two methods.
/// </summary>
public interface ITokenConstraint
{
    /// <summary>Sets the logits of forbidden tokens to negative infinity; at least one token stays allowed.</summary>
    void Restrict(Span<float> logits);

    /// <summary>Takes note of the token that was chosen.</summary>
    void Accept(int token);
}
