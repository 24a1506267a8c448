using System.CommandLine;
using System.Globalization;
using Orrery.Cli.Commands.Lm;
using Orrery.Cli.Output;
using Orrery.Client;
using Orrery.Kernel;
using Spectre.Console;

namespace Orrery.Cli.Commands;

/// <summary><c>orrery model alias|rollback|history|protect|unprotect|sign|offer|take</c>: what people decide about models, or about assets of other kinds; <c>quantize</c> makes a file of weights smaller.</summary>
internal static class ModelCommand
{
    public static Command Create() => new("model", "Move, protect and take back aliases of a model; sign and promote its versions.")
    {
        Alias(), RollBack(), History(), Protect(), Unprotect(), Sign(), Offer(), Take(), QuantizeCommand.Create(),
    };

    private static Command Alias()
    {
        var version = Version();
        var alias = new Argument<string>("alias") { Description = "The alias that is to point at it: champion …" };
        var command = new Command("alias", "Point an alias at a version.\n\nExample: orrery model alias flights:3 champion") { version, alias };
        new ServerConnection().Handle(command, async (parsed, orrery, cancellationToken) =>
        {
            var found = await orrery.Assets.GetAsync(Ref(parsed.GetRequiredValue(version)), cancellationToken);
            await orrery.Assets.SetAliasAsync(found.Kind, found.Name, parsed.GetRequiredValue(alias), found.Number, cancellationToken);
            Say($"{found.Kind}/{found.Name}@{parsed.GetRequiredValue(alias)} is version {found.Number}.");
            return ExitCode.Ok;
        });
        return command;
    }

    private static Command RollBack()
    {
        var alias = Aliased();
        var command = new Command("rollback", "Point an alias at the version that it pointed at before.\n\nExample: orrery model rollback flights@champion") { alias };
        new ServerConnection().Handle(command, async (parsed, orrery, cancellationToken) =>
        {
            var reference = AliasOf(parsed.GetRequiredValue(alias));
            var move = await orrery.Assets.RollBackAliasAsync(reference.Kind, reference.Name, reference.Alias!, cancellationToken);
            Say($"{reference} is version {move.To} again; it was {move.From}.");
            return ExitCode.Ok;
        });
        return command;
    }

    private static Command History()
    {
        var name = new Argument<string>("model") { Description = "flights, flights@champion" };
        var output = new OutputOption();
        var command = new Command("history", "Show where aliases pointed, the newest first.\n\nExample: orrery model history flights@champion") { name };
        output.AddTo(command);
        new ServerConnection().Handle(command, async (parsed, orrery, cancellationToken) =>
        {
            var reference = Ref(parsed.GetRequiredValue(name));
            var moves = await orrery.Assets.AliasHistoryAsync(reference.Kind, reference.Name, reference.Alias, cancellationToken: cancellationToken);
            output.Write(parsed, moves.Items, items =>
            {
                var table = OutputOption.Columns("ALIAS", "FROM", "TO", "HOW", "BY", "AT");
                foreach (var move in items)
                {
                    table.AddRow(
                        Markup.Escape(move.Alias), Number(move.From), Number(move.To), move.Reason, Markup.Escape(move.MovedBy),
                        move.MovedAt.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture));
                }

                return table;
            });
            return ExitCode.Ok;
        });
        return command;
    }

    private static Command Protect()
    {
        var alias = Aliased();
        var gate = new Option<string>("--gate") { Description = "The gate that must have let a version through", Required = true };
        var approvals = new Option<int>("--approvals") { Description = "How many people must have approved it there" };
        var command = new Command("protect", "Ask a gate's pass, and approvals, of what an alias points at.\n\nExample: orrery model protect flights@champion --gate quality --approvals 1")
        {
            alias, gate, approvals,
        };
        new ServerConnection().Handle(command, async (parsed, orrery, cancellationToken) =>
        {
            var reference = AliasOf(parsed.GetRequiredValue(alias));
            await orrery.Assets.ProtectAliasAsync(reference.Kind, reference.Name, reference.Alias!, parsed.GetRequiredValue(gate), parsed.GetValue(approvals), cancellationToken);
            Say($"{reference} is protected by the gate {parsed.GetRequiredValue(gate)}.");
            return ExitCode.Ok;
        });
        return command;
    }

    private static Command Unprotect()
    {
        var alias = Aliased();
        var command = new Command("unprotect", "Take an alias's protection away.") { alias };
        new ServerConnection().Handle(command, async (parsed, orrery, cancellationToken) =>
        {
            var reference = AliasOf(parsed.GetRequiredValue(alias));
            await orrery.Assets.UnprotectAliasAsync(reference.Kind, reference.Name, reference.Alias!, cancellationToken);
            return ExitCode.Ok;
        });
        return command;
    }

    private static Command Sign()
    {
        var version = Version();
        var command = new Command("sign", "Have the server sign what a version is and who approved it; prints the envelope.\n\nExample: orrery model sign flights@champion > flights.dsse.json") { version };
        new ServerConnection().Handle(command, async (parsed, orrery, cancellationToken) =>
        {
            var signature = await orrery.Assets.SignAsync(Ref(parsed.GetRequiredValue(version)), cancellationToken);
            Console.WriteLine(System.Text.Json.JsonSerializer.Serialize(signature.Envelope, OrreryClient.Json));
            return ExitCode.Ok;
        });
        return command;
    }

    private static Command Offer()
    {
        var version = Version();
        var to = new Option<string>("--to") { Description = "The workspace that may take it", Required = true };
        var command = new Command("offer", "Let another workspace take a copy of a version.\n\nExample: orrery model offer flights:3 --to prod") { version, to };
        new ServerConnection().Handle(command, async (parsed, orrery, cancellationToken) =>
        {
            var offer = await orrery.Assets.OfferAsync(Ref(parsed.GetRequiredValue(version)), parsed.GetRequiredValue(to), cancellationToken);
            Say($"{offer.Ref} is offered to {offer.To}. There: orrery model take {offer.Ref} --from {offer.From} -w {offer.To}");
            return ExitCode.Ok;
        });
        return command;
    }

    private static Command Take()
    {
        var version = Version();
        var from = new Option<string>("--from") { Description = "The workspace that offered it", Required = true };
        var command = new Command("take", "Take a version that another workspace offered.\n\nExample: orrery model take flights:3 --from dev -w prod") { version, from };
        new ServerConnection().Handle(command, async (parsed, orrery, cancellationToken) =>
        {
            var taken = await orrery.Assets.TakeAsync(parsed.GetRequiredValue(from), Ref(parsed.GetRequiredValue(version)), cancellationToken);
            Say($"{taken.Kind}/{taken.Name}:{taken.Number} is here.");
            return ExitCode.Ok;
        });
        return command;
    }

    private static Argument<string> Version() => new("version") { Description = "flights:3, flights@champion, flights; of another kind: dataset/flights:3" };

    private static Argument<string> Aliased() => new("alias") { Description = "flights@champion; of another kind: prompt/greeting@live" };

    private static AssetRef Ref(string text) => AssetRef.TryParse(text.Contains('/', StringComparison.Ordinal) ? text : $"{AssetKind.Model}/{text}", out var reference)
        ? reference
        : throw new InvalidException($"Expected a model such as flights:3 or flights@champion, got '{text}'.");

    private static AssetRef AliasOf(string text) => Ref(text) is { Alias: not null } reference
        ? reference
        : throw new InvalidException($"Expected a model's alias, such as flights@champion; got '{text}'.");

    private static string Number(int? version) => version?.ToString(CultureInfo.InvariantCulture) ?? "";

    private static void Say(FormattableString text) => AnsiConsole.MarkupLineInterpolated(text);
}
