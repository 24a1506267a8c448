using System.CommandLine;
using System.Globalization;
using Orrery.Cli.Output;
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
        var command = new Command("create", "Make a token; its secret is shown once.\n\nExample: orrery token create ci --role editor") { name, role };
        new ServerConnection().Handle(command, async (parsed, orrery, cancellationToken) =>
        {
            var token = await orrery.Tokens.CreateAsync(parsed.GetRequiredValue(name), parsed.GetValue(role)!, cancellationToken);
            Console.WriteLine(token.Secret);
            return ExitCode.Ok;
        });
        return command;
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
