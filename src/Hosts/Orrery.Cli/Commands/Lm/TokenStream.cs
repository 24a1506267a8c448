using System.Diagnostics;
using System.Text;
using Orrery.Language.Inference;
using Orrery.Language.Tokenizers;

namespace Orrery.Cli.Commands.Lm;

/// <summary>Writes an answer while it is generated.</summary>
internal static class TokenStream
{
    /// <summary>Writes to standard output; gives the text, and on standard error how fast it came.</summary>
    public static async Task<string> WriteAsync(LocalModel local, IReadOnlyList<int> prompt, GenerationOptions options, CancellationToken cancellationToken)
    {
        var detokenizer = new StreamingDetokenizer(local.Tokenizer, new() { IsContinuation = true });
        var text = new StringBuilder();
        var (count, first, finish) = (0, 0L, FinishReason.None);
        var start = Stopwatch.GetTimestamp();
        await foreach (var token in local.Model.GenerateAsync(prompt, options, cancellationToken))
        {
            if (count++ == 0)
                first = Stopwatch.GetTimestamp();
            finish = token.Finish;
            // A token that ends the answer is no part of it.
            if (finish is not FinishReason.Stop)
                Write(text, detokenizer.Append(token.Token));
        }

        Write(text, detokenizer.Finish());
        Console.WriteLine();
        var rate = count > 1 ? FormattableString.Invariant($", {(count - 1) / Stopwatch.GetElapsedTime(first).TotalSeconds:0.0} tokens/s") : "";
        await Console.Error.WriteLineAsync(FormattableString.Invariant(
            $"[{prompt.Count} tokens read in {Stopwatch.GetElapsedTime(start, first).TotalSeconds:0.00} s; {count} generated{rate}; ended by {(finish is FinishReason.Stop ? "the model" : "length")}]"));
        return text.ToString();
    }

    private static void Write(StringBuilder text, string piece)
    {
        text.Append(piece);
        Console.Write(piece);
        Console.Out.Flush();
    }
}
