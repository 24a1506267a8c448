namespace Orrery.Ledger.Resources.Yaml;

/// <summary>A value of a YAML document with the line it begins at, from 1.</summary>
internal abstract record YamlNode(int Line);

/// <summary>A scalar; <paramref name="Plain"/> where it has no quotes, so that its text decides its type.</summary>
internal sealed record YamlScalar(int Line, string Text, bool Plain) : YamlNode(Line);

/// <summary>A sequence.</summary>
internal sealed record YamlList(int Line, IReadOnlyList<YamlNode> Items) : YamlNode(Line);

/// <summary>A mapping; the line of an entry is its key's.</summary>
internal sealed record YamlMap(int Line, IReadOnlyList<YamlEntry> Entries) : YamlNode(Line);

/// <summary>One entry of a mapping.</summary>
internal sealed record YamlEntry(int Line, string Key, YamlNode Value);
