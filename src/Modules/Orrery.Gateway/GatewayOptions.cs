using System.ComponentModel.DataAnnotations;

namespace Orrery.Gateway;

/// <summary>Settings of the gateway, from the configuration section <c>Gateway</c>.</summary>
public sealed class GatewayOptions
{
    /// <summary>
    /// Keys of providers by name (<c>Gateway:Keys:openai:Value</c>). A route names the key and never holds it, and a key goes to its own host alone, so that
    /// whoever may declare routes cannot have it sent elsewhere.
    /// </summary>
    public Dictionary<string, ProviderKey> Keys { get; set; } = new(StringComparer.Ordinal);

    /// <summary>
    /// Hosts with their ports (<c>localhost:11434</c>) that may be on this machine or in a private network, and without TLS. Others must be public, so that a
    /// route cannot make the server reach what only the server can reach (SSRF). Default: none.
    /// </summary>
    public List<string> PrivateHosts { get; set; } = [];

    /// <summary>The folder whose GGUF files routes may run; default <c>models</c> in the data folder.</summary>
    public string? Models { get; set; }

    /// <summary>Threads of a local model; 0 takes one for each core.</summary>
    [Range(0, 256)]
    public int Threads { get; set; }

    /// <summary>How many days usage is kept. Default 400. 31, the longest window of a budget, to 4000.</summary>
    [Range(31, 4000)]
    public int UsageDays { get; set; } = 400;

    /// <summary>The largest body of a request. Default 16 MB. 1 kB to 256 MB.</summary>
    [Range(1 << 10, 256 << 20)]
    public int MaxRequestBytes { get; set; } = 16 << 20;

    /// <summary>The most bytes that are read of one answer of a provider. Default 64 MB. 1 kB to 1 GB.</summary>
    [Range(1 << 10, 1 << 30)]
    public int MaxReplyBytes { get; set; } = 64 << 20;
}

/// <summary>A provider's key.</summary>
public sealed class ProviderKey
{
    /// <summary>The secret.</summary>
    public string Value { get; set; } = "";

    /// <summary>The one host that it is sent to: <c>api.openai.com</c>.</summary>
    public string Host { get; set; } = "";
}
