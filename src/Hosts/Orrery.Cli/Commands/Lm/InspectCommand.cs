using System.CommandLine;
using System.Globalization;
using Orrery.Cli.Output;
using Orrery.Language.Inference;
using Orrery.Language.Models;
using Spectre.Console;

namespace Orrery.Cli.Commands.Lm;

/// <summary><c>orrery lm inspect MODEL</c>: what a model is made of and what a token costs.</summary>
internal static class InspectCommand
{
    public static Command Create()
    {
        var model = new ModelArgument();
        var output = new OutputOption().WithJson();
        var command = new Command("inspect", "Show architecture, parameters, operations and bytes of a token, size of the KV cache. Reads the file's header alone.\n\nExample: orrery lm inspect smollm2-135m-q8_0.gguf");
        model.AddTo(command);
        output.AddTo(command);
        command.SetAction((parsed, _) => Refusals.ShowAsync(() =>
        {
            output.Write(parsed, Inspection.Of(ModelDescription.Of(model.File(parsed))), Show);
            return Task.FromResult(ExitCode.Ok);
        }));
        return command;
    }

    private static Table Show(Inspection model)
    {
        var table = OutputOption.Columns("WHAT", "VALUE");
        void Add(string what, FormattableString value) => table.AddRow(what, Markup.Escape(value.ToString(CultureInfo.InvariantCulture)));
        Add("architecture", $"{model.Architecture}: {model.Layers} layers of width {model.Width}, feed-forward {model.FeedForward}");
        Add("attention", $"{model.Heads} heads of {model.HeadDimension}, {model.KeyValueHeads} key-value heads ({model.AttentionKind}){(model.SlidingWindow > 0 ? $", window {model.SlidingWindow}" : "")}");
        if (model.Experts > 0)
            Add("experts", $"{model.ExpertsUsed} of {model.Experts} a token");
        Add("vocabulary, context", $"{model.Vocabulary:N0} tokens, {model.ContextLength:N0} positions");
        Add("parameters", $"{Size(model.Parameters)} ({Size(model.EmbeddingParameters)} in embeddings and output); {Size(model.ActiveParameters)} active for a token");
        Add("stored as", $"{string.Join(", ", model.Formats.Select(format => string.Create(CultureInfo.InvariantCulture, $"{format.Key} {100.0 * format.Value / model.Parameters:0.#} %")))}; {Bytes(model.TensorBytes)}, {8.0 * model.TensorBytes / model.Parameters:0.00} bits a parameter");
        Add("operations of a token", $"{Size(model.FlopsAtStart)} at the start, {Size(model.FlopsAtEnd)} at the context's end");
        Add("weights read for a token", $"{Bytes(model.BytesPerToken)}: at 30 GB/s at most {30e9 / model.BytesPerToken:0.#} tokens/s, one sequence at a time");
        Add("KV cache", $"{Bytes(model.CacheBytesPerPosition)} a position, {Bytes(model.CacheBytesPerPosition * model.ContextLength)} for a whole context");
        return table;
    }

    private static string Size(double value) => value switch
    {
        >= 1e12 => string.Create(CultureInfo.InvariantCulture, $"{value / 1e12:0.##} T"),
        >= 1e9 => string.Create(CultureInfo.InvariantCulture, $"{value / 1e9:0.##} G"),
        >= 1e6 => string.Create(CultureInfo.InvariantCulture, $"{value / 1e6:0.##} M"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{value:N0}"),
    };

    private static string Bytes(double value) => value switch
    {
        >= 1 << 30 => string.Create(CultureInfo.InvariantCulture, $"{value / (1 << 30):0.##} GiB"),
        >= 1 << 20 => string.Create(CultureInfo.InvariantCulture, $"{value / (1 << 20):0.#} MiB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{value / 1024:0.#} KiB"),
    };

    /// <summary>What is written as JSON: flat, and with the figures that the table computes.</summary>
    private sealed record Inspection(
        string Architecture, int Layers, int Width, int FeedForward, int Heads, int KeyValueHeads, int HeadDimension, string AttentionKind, int SlidingWindow, int Experts, int ExpertsUsed,
        int Vocabulary, int ContextLength, long Parameters, long EmbeddingParameters, long ActiveParameters, IReadOnlyDictionary<string, long> Formats, long TensorBytes, double FlopsAtStart, double FlopsAtEnd,
        long BytesPerToken, long CacheBytesPerPosition)
    {
        public static Inspection Of(ModelDescription described)
        {
            var shape = described.Configuration;
            return new(
                shape.Architecture, shape.LayerCount, shape.Width, shape.FeedForwardLength, shape.HeadCount, shape.KeyValueHeadCount, shape.HeadDimension, Kind(shape), shape.SlidingWindow,
                shape.ExpertCount, shape.ExpertsUsed, shape.VocabularySize, shape.ContextLength, described.Parameters, described.EmbeddingParameters, described.ActiveParameters,
                described.Formats.ToDictionary(format => format.Key.ToString(), format => format.Value), described.TensorBytes, described.FlopsPerToken(0), described.FlopsPerToken(shape.ContextLength - 1),
                described.BytesPerToken, described.CacheBytesPerPosition);
        }

        private static string Kind(ModelConfiguration shape) => shape.KeyValueHeadCount == shape.HeadCount ? "MHA" : shape.KeyValueHeadCount == 1 ? "MQA" : "GQA";
    }
}
