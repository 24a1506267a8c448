namespace Orrery.Platform.Access;

/// <summary>What somebody may do in a workspace; each role may do all that those before it may.</summary>
public enum Role
{
    /// <summary>Reads.</summary>
    Viewer,
    /// <summary>Declares resources, starts runs, logs, serves.</summary>
    Editor,
    /// <summary>Approves what others proposed.</summary>
    Approver,
    /// <summary>Everything, tokens and workspaces included.</summary>
    Admin,
}

/// <summary>Who does something, and in which workspace. Every operation of a module takes it first.</summary>
/// <param name="Workspace">The workspace's name.</param>
/// <param name="Actor">Who: <c>user:ada</c>, <c>token:ci</c>, <c>system:monitoring</c>. Written to the audit.</param>
/// <param name="Role">What they may do there.</param>
public sealed record Caller(string Workspace, string Actor, Role Role)
{
    /// <summary>The collections that they are kept to; null where they are kept to none. Whoever serves them must ask for it (<see cref="AcceptsScopes"/>).</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public IReadOnlyList<CollectionScope>? Scopes { get; init; }

    /// <summary>The workspace that exists from the start.</summary>
    public const string DefaultWorkspace = "default";

    /// <summary>A part of Orrery acting by itself.</summary>
    public static Caller System(string part, string workspace = DefaultWorkspace) => new(workspace, $"system:{part}", Role.Admin);
}
