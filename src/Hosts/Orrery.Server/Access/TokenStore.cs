using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json;
using LinqToDB;
using LinqToDB.Async;
using Orrery.Kernel;
using Orrery.Ledger;
using Orrery.Ledger.Audit;
using Orrery.Platform.Access;
using Orrery.Platform.Relational;
using Orrery.Search.Filters;

namespace Orrery.Server.Access;

/// <summary>A token as it may be shown: never the secret.</summary>
/// <param name="Name">What it is for.</param>
/// <param name="Workspace">Where it is valid.</param>
/// <param name="Role">What it may do there.</param>
/// <param name="CreatedBy">Who made it.</param>
/// <param name="CreatedAt">When.</param>
/// <param name="Scopes">The collections that it is kept to; null where it is kept to none.</param>
public sealed record TokenInfo(string Name, string Workspace, Role Role, string CreatedBy, DateTimeOffset CreatedAt, IReadOnlyList<CollectionScope>? Scopes = null);

/// <summary>A token when it is made: the one time that the secret is shown.</summary>
public sealed record NewToken(TokenInfo Info, string Secret);

/// <summary>Makes, checks and revokes API tokens.</summary>
internal sealed class TokenStore(IDatabase database, IAudit audit, TimeProvider time)
{
    /// <summary>Secrets begin with it, so that scanners of repositories recognise a leaked one.</summary>
    private const string SecretPrefix = "orr_";

    // Tokens change rarely and are checked on every request. Revoking puts an empty one in its place, so that a look-up under way cannot keep what was revoked.
    private volatile ConcurrentDictionary<string, TokenInfo> _known = new(StringComparer.Ordinal);

    public Task<NewToken> CreateAsync(Caller caller, string name, Role role, CancellationToken cancellationToken) => CreateAsync(caller, name, role, null, cancellationToken);

    public async Task<NewToken> CreateAsync(Caller caller, string name, Role role, IReadOnlyList<CollectionScope>? scopes, CancellationToken cancellationToken)
    {
        if (!AssetRef.IsName(name))
            throw new InvalidException($"A token's name has 1 to {AssetRef.MaxNameLength} characters and none of '/', '@', ':'; got '{name}'.");
        if (role > caller.Role)
            throw new OrreryException(ErrorCode.Forbidden, $"A token cannot have more rights ({role}) than you ({caller.Role}).");
        Check(scopes);
        var secret = SecretPrefix + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        var info = new TokenInfo(name, caller.Workspace, role, caller.Actor, time.GetUtcNow(), scopes);
        await database.WriteAsync(connection =>
        {
            if (connection.GetTable<TokenRow>().Any(t => t.Workspace == caller.Workspace && t.Name == name))
                throw new ConflictException($"The workspace '{caller.Workspace}' already has a token '{name}'; revoke it first or take another name.");
            connection.Insert(new TokenRow
            {
                Hash = Digest.Of(secret).ToString(),
                Name = name,
                Workspace = info.Workspace,
                Role = role.ToString(),
                CreatedBy = info.CreatedBy,
                CreatedAt = info.CreatedAt.ToUnixTimeMilliseconds(),
                Scopes = scopes is null ? null : JsonSerializer.Serialize(scopes, LedgerJson.Options),
            });
            audit.Append(connection, caller, "token.created", $"token/{name}", $"role {role}{(scopes is null ? "" : ", for " + string.Join(", ", scopes.Select(scope => scope.Collection)))}");
        }, cancellationToken);
        return new(info, secret);
    }

    public async ValueTask<TokenInfo?> FindAsync(string secret, CancellationToken cancellationToken)
    {
        var hash = Digest.Of(secret).ToString();
        var known = _known;
        if (known.TryGetValue(hash, out var info))
            return info;
        var row = await database.ReadAsync((connection, token) => connection.GetTable<TokenRow>().FirstOrDefaultAsync(t => t.Hash == hash, token), cancellationToken);
        return row is null ? null : known.GetOrAdd(hash, Info(row));
    }

    public async Task<IReadOnlyList<TokenInfo>> ListAsync(Caller caller, CancellationToken cancellationToken)
    {
        var rows = await database.ReadAsync(
            (connection, token) => connection.GetTable<TokenRow>().Where(t => t.Workspace == caller.Workspace).OrderBy(t => t.Name).ToListAsync(token), cancellationToken);
        return [.. rows.Select(Info)];
    }

    public async Task RevokeAsync(Caller caller, string name, CancellationToken cancellationToken)
    {
        await database.WriteAsync(connection =>
        {
            if (connection.GetTable<TokenRow>().Where(t => t.Workspace == caller.Workspace && t.Name == name).Delete() == 0)
                throw new NotFoundException($"The workspace '{caller.Workspace}' has no token '{name}'.");
            audit.Append(connection, caller, "token.revoked", $"token/{name}");
        }, cancellationToken);
        _known = new(StringComparer.Ordinal);
    }

    private static TokenInfo Info(TokenRow row) =>
        new(row.Name, row.Workspace, Enum.Parse<Role>(row.Role), row.CreatedBy, DateTimeOffset.FromUnixTimeMilliseconds(row.CreatedAt),
            row.Scopes is null ? null : JsonSerializer.Deserialize<IReadOnlyList<CollectionScope>>(row.Scopes, LedgerJson.Options));

    // A scope that means nothing would be taken for one that lets nothing, or everything, through.
    private static void Check(IReadOnlyList<CollectionScope>? scopes)
    {
        if (scopes is null)
            return;
        if (scopes.Count == 0)
            throw new InvalidException("Expected at least one scope; leave `scopes` out for a token that is kept to no collection.");
        foreach (var scope in scopes)
        {
            if (scope.Collection != CollectionScope.Every && !AssetRef.IsName(scope.Collection))
                throw new InvalidException($"Expected the name of a collection, or '{CollectionScope.Every}', in a scope; got '{scope.Collection}'.");
            if (scope.Field is null != (scope.AnyOf is not { Count: > 0 }))
                throw new InvalidException($"A scope that keeps a token to some documents of '{scope.Collection}' names the `field` with their access lists and the entries in `anyOf`; one of the two is missing.");
            if (scope.Field is { } field && !PayloadPath.TryParse(field, out _))
                throw new InvalidException($"Expected the path of a payload field in a scope; got '{field}'.");
        }
    }
}
