namespace Orrery.Client;

/// <summary>A token as it may be shown.</summary>
public sealed record Token(
    string Name, string Workspace, [property: Words("viewer", "editor", "approver", "admin")] string Role, string CreatedBy, DateTimeOffset CreatedAt,
    IReadOnlyList<CollectionScope>? Scopes = null);

/// <summary>A collection that a token is kept to.</summary>
/// <param name="Collection">Its name; <c>*</c> is every collection.</param>
/// <param name="Access">read, or write.</param>
/// <param name="Field">The payload field with a document's access list; null where all documents may be read.</param>
/// <param name="AnyOf">Which entries of it let the token read a document.</param>
public sealed record CollectionScope(string Collection, [property: Words("read", "write")] string Access, string? Field = null, IReadOnlyList<string>? AnyOf = null);

/// <summary>A token when it is made: the one time that its secret is shown.</summary>
public sealed record CreatedToken(Token Info, string Secret);

/// <summary>Who the caller is.</summary>
public sealed record Identity(string Actor, string Workspace, [property: Words("viewer", "editor", "approver", "admin")] string Role);

/// <summary>API tokens; administrators only.</summary>
public sealed class TokensClient
{
    private readonly OrreryClient _client;

    internal TokensClient(OrreryClient client) => _client = client;

    /// <summary>Makes a token with a role: viewer, editor, approver or admin.</summary>
    public Task<CreatedToken> CreateAsync(string name, string role, CancellationToken cancellationToken = default) =>
        _client.PostAsync<CreatedToken>("/api/v1/tokens", new { name, role }, cancellationToken);

    /// <summary>Makes a token that is kept to collections, and to the documents of each whose access lists name it.</summary>
    public Task<CreatedToken> CreateAsync(string name, string role, IReadOnlyList<CollectionScope> scopes, CancellationToken cancellationToken = default) =>
        _client.PostAsync<CreatedToken>("/api/v1/tokens", new { name, role, scopes }, cancellationToken);

    /// <summary>The workspace's tokens.</summary>
    public Task<IReadOnlyList<Token>> ListAsync(CancellationToken cancellationToken = default) =>
        _client.GetAsync<IReadOnlyList<Token>>("/api/v1/tokens", cancellationToken);

    /// <summary>Revokes a token at once.</summary>
    public async Task RevokeAsync(string name, CancellationToken cancellationToken = default)
    {
        using var _ = await _client.SendAsync(HttpMethod.Delete, $"/api/v1/tokens/{Uri.EscapeDataString(name)}", null, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Who the server takes the caller for.</summary>
    public Task<Identity> WhoAmIAsync(CancellationToken cancellationToken = default) => _client.GetAsync<Identity>("/api/v1/me", cancellationToken);
}
