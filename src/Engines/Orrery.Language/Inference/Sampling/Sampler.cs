namespace Orrery.Language.Inference.Sampling;

/// <summary>
/// Chooses the tokens of one generation: biases and penalties on the logits, then (in llama.cpp's order) top-k, typical, top-p, min-p and temperature, then chance.
/// It keeps the history and the state of chance. Not thread-safe.
/// </summary>
internal sealed class Sampler
{
    // Truncation sorts; what it would keep beyond the first 4,096 tokens it leaves out. Without truncation nothing is left out.
    private const int MostCandidates = 4096;

    private readonly SamplingOptions _options;
    private readonly ITokenConstraint? _constraint;
    private readonly List<Candidate> _candidates = [];
    private readonly List<int> _history;
    private readonly Dictionary<int, int> _counts = [];
    private SplitMix _chance;
    private float _surpriseBound;

    public Sampler(SamplingOptions options, ReadOnlySpan<int> prompt, ITokenConstraint? constraint = null)
    {
        options.Validate();
        (_options, _constraint) = (options, constraint);
        _history = [.. prompt];
        _chance = new(options.Seed);
        _surpriseBound = 2 * (options.Mirostat?.Surprise ?? 0);
    }

    /// <summary>Chooses after these logits, which it changes.</summary>
    public TokenChoice Choose(Span<float> logits)
    {
        var normalizer = LogitScan.LogSumExp(logits);
        var alternatives = Alternatives(logits, normalizer);
        // The probability that is told is the model's own, before anything is done to it.
        var original = _options.LogitBias.Count > 0 || Penalizes || _constraint is not null ? logits.ToArray() : null;
        Bias(logits);
        Penalize(logits);
        _constraint?.Restrict(logits);
        var token = _options.Temperature == 0 && _options.Mirostat is null ? LogitScan.Greatest(logits) : Draw(logits);
        _history.Add(token);
        _constraint?.Accept(token);
        return new(token, (float)((original is null ? logits[token] : original[token]) - normalizer), alternatives);
    }

    private bool Penalizes => _options.RepetitionPenalty != 1 || _options.PresencePenalty != 0 || _options.FrequencyPenalty != 0;

    private IReadOnlyList<TokenProbability> Alternatives(ReadOnlySpan<float> logits, double normalizer)
    {
        if (_options.Alternatives == 0)
            return [];
        LogitScan.Top(logits, _options.Alternatives, _candidates);
        return [.. _candidates.Select(candidate => new TokenProbability(candidate.Token, (float)(candidate.Weight - normalizer)))];
    }

    private void Bias(Span<float> logits)
    {
        foreach (var (token, bias) in _options.LogitBias)
        {
            if ((uint)token < (uint)logits.Length)
                logits[token] += bias;
        }
    }

    private void Penalize(Span<float> logits)
    {
        if (!Penalizes)
            return;
        _counts.Clear();
        for (var i = Math.Max(0, _history.Count - _options.PenaltyWindow); i < _history.Count; i++)
            _counts[_history[i]] = _counts.GetValueOrDefault(_history[i]) + 1;
        foreach (var (token, count) in _counts)
        {
            ref var logit = ref logits[token];
            logit = logit > 0 ? logit / _options.RepetitionPenalty : logit * _options.RepetitionPenalty;
            logit -= _options.PresencePenalty + _options.FrequencyPenalty * count;
        }
    }

    private bool Truncates => _options.TopK > 0 || _options.TypicalP < 1 || _options.TopP < 1 || _options.MinP > 0 || _options.Mirostat is not null;

    private int Draw(ReadOnlySpan<float> logits)
    {
        if (!Truncates)
            return DrawFromAll(logits);
        var count = _options.TopK is > 0 and < MostCandidates ? _options.TopK : MostCandidates;
        LogitScan.Top(logits, Math.Min(count, logits.Length), _candidates);
        // All forbidden or not a number: there is nothing to choose among.
        if (_candidates.Count == 0 || float.IsNegativeInfinity(_candidates[0].Weight))
            return LogitScan.Greatest(logits);
        if (_options.Mirostat is { } mirostat)
            return DrawBySurprise(mirostat);
        var temperature = _options.Temperature;
        if (_options.TypicalP < 1 || _options.TopP < 1 || _options.MinP > 0)
        {
            Truncation.Normalize(_candidates);
            if (_options.TypicalP < 1)
                Truncation.Typical(_candidates, _options.TypicalP);
            if (_options.TopP < 1)
                Truncation.TopP(_candidates, _options.TopP);
            if (_options.MinP > 0)
                Truncation.MinP(_candidates, _options.MinP);
            for (var i = 0; i < _candidates.Count; i++)
                _candidates[i] = _candidates[i] with { Weight = MathF.Log(_candidates[i].Weight) };
        }

        Truncation.Normalize(_candidates, temperature);
        return Pick().Token;
    }

    private int DrawFromAll(ReadOnlySpan<float> logits)
    {
        var greatest = LogitScan.Maximum(logits);
        double Weight(float logit) => Math.Exp((logit - greatest) / (double)_options.Temperature);
        var sum = 0.0;
        foreach (var logit in logits)
            sum += Weight(logit);
        var rest = _chance.Next() * sum;
        for (var token = 0; token < logits.Length; token++)
        {
            rest -= Weight(logits[token]);
            if (rest < 0)
                return token;
        }

        // Rounding, or logits of which none is a number.
        return LogitScan.Greatest(logits);
    }

    private int DrawBySurprise(Mirostat mirostat)
    {
        Truncation.Normalize(_candidates, _options.Temperature == 0 ? 1 : _options.Temperature);
        Truncation.Surprise(_candidates, _surpriseBound);
        var sum = _candidates.Sum(candidate => (double)candidate.Weight);
        var picked = Pick();
        var surprise = -Math.Log2(picked.Weight / sum);
        _surpriseBound -= mirostat.Rate * (float)(surprise - mirostat.Surprise);
        return picked.Token;
    }

    private Candidate Pick()
    {
        var sum = 0.0;
        foreach (var candidate in _candidates)
            sum += candidate.Weight;
        var rest = _chance.Next() * sum;
        foreach (var candidate in _candidates)
        {
            rest -= candidate.Weight;
            if (rest < 0)
                return candidate;
        }

        return _candidates[^1];
    }
}
