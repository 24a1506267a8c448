using System.CommandLine;
using System.Globalization;
using Orrery.Cli.Output;
using Orrery.Client;
using Spectre.Console;

namespace Orrery.Cli.Commands;

/// <summary><c>orrery token create|list|revoke</c>.</summary>
internal static class TokenCommand
{
    public static Command Create() => new("token", "Make, list and revoke API tokens.") { CreateCreate(), CreateList(), CreateRevoke() };

    private static Command CreateCreate()
    {
        var name = new Argument<string>("name") { Description = "What the token is for" };
        var role = new Option<string>("--role") { Description = "viewer, editor, approver or admin", DefaultValueFactory = _ => "editor" };
        role.AcceptOnlyFromAmong("viewer", "editor", "approver", "admin");
        var collections = new Option<string[]>("--collection") { Description = "Keep it to a collection: NAME (read), or NAME:write; '*' is every collection" };
        var documents = new Option<string?>("--documents") { Description = "Keep it to documents whose access list has one of some entries: FIELD=ENTRY,ENTRY" };
        var command = new Command("create", "Make a token; its secret is shown once.\n\nExamples: orrery token create ci --role editor\n          orrery token create sales --role viewer --collection docs --documents acl=sales,public")
            { name, role, collections, documents };
        command.Validators.Add(result =>
        {
            if (result.GetValue(documents) is { } given && (result.GetValue(collections) is not { Length: > 0 } || given.IndexOf('=', StringComparison.Ordinal) < 1))
                result.AddError("--documents is FIELD=ENTRY,ENTRY, and goes with --collection.");
        });
        new ServerConnection().Handle(command, async (parsed, orrery, cancellationToken) =>
        {
            var scopes = (parsed.GetValue(collections) ?? []).Select(text => Scope(text, parsed.GetValue(documents))).ToList();
            var token = scopes.Count == 0
                ? await orrery.Tokens.CreateAsync(parsed.GetRequiredValue(name), parsed.GetValue(role)!, cancellationToken)
                : await orrery.Tokens.CreateAsync(parsed.GetRequiredValue(name), parsed.GetValue(role)!, scopes, cancellationToken);
            Console.WriteLine(token.Secret);
            return ExitCode.Ok;
        });
        return command;
    }

    private static CollectionScope Scope(string text, string? documents)
    {
        var (collection, access) = text.Split(':', 2) is [var named, var given] ? (named, given) : (text, "read");
        var parts = documents?.Split('=', 2);
        return new(collection, access, parts?[0], parts?[1].Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
    }

    private static Command CreateList()
    {
        var output = new OutputOption();
        var command = new Command("list", "List the workspace's tokens.");
        output.AddTo(command);
        new ServerConnection().Handle(command, async (parsed, orrery, cancellationToken) =>
        {
            output.Write(parsed, await orrery.Tokens.ListAsync(cancellationToken), tokens =>
            {
                var table = OutputOption.Columns("NAME", "ROLE", "MADE BY", "MADE AT");
                foreach (var token in tokens)
                    table.AddRow(Markup.Escape(token.Name), token.Role, Markup.Escape(token.CreatedBy), token.CreatedAt.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture));
                return table;
            });
            return ExitCode.Ok;
        });
        return command;
    }

    private static Command CreateRevoke()
    {
        var name = new Argument<string>("name") { Description = "The token's name" };
        var command = new Command("revoke", "Revoke a token at once.") { name };
        new ServerConnection().Handle(command, async (parsed, orrery, cancellationToken) =>
        {
            await orrery.Tokens.RevokeAsync(parsed.GetRequiredValue(name), cancellationToken);
            return ExitCode.Ok;
        });
        return command;
    }
}
