using System.Buffers;

namespace Orrery.Language.Tokenizers;

/// <summary>Cuts a text at its added tokens: the leftmost first, and of those that begin there the longest.</summary>
internal sealed class AddedTokenSplitter
{
    private readonly Dictionary<char, AddedToken[]> _byFirst;
    private readonly SearchValues<char> _first;

    public AddedTokenSplitter(IEnumerable<AddedToken> tokens)
    {
        _byFirst = tokens.Where(token => token.Text.Length > 0)
            .GroupBy(token => token.Text[0])
            .ToDictionary(group => group.Key, group => group.OrderByDescending(token => token.Text.Length).ToArray());
        _first = SearchValues.Create(_byFirst.Keys.ToArray());
    }

    /// <summary>The next added token at or after a place.</summary>
    public bool TryFind(string text, int from, bool withConsent, out int at, out AddedToken found)
    {
        for (at = from; at < text.Length; at++)
        {
            var skip = text.AsSpan(at).IndexOfAny(_first);
            if (skip < 0)
                break;
            at += skip;
            foreach (var token in _byFirst[text[at]])
            {
                if ((withConsent || !token.NeedsConsent) && text.AsSpan(at).StartsWith(token.Text, StringComparison.Ordinal))
                {
                    found = token;
                    return true;
                }
            }
        }

        found = default;
        return false;
    }
}
