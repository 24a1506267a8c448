using System.CommandLine;
using Orrery.Kernel;
using Orrery.Language.Inference;
using Orrery.Language.Tokenizers;
using Orrery.Language.Tokenizers.Loading;
using Orrery.Language.Weights;

namespace Orrery.Cli.Commands.Lm;

/// <summary>The argument MODEL and the option <c>--threads</c>, and opening what they name.</summary>
internal sealed class ModelArgument
{
    private readonly Argument<string> _path = new("model") { Description = "A GGUF file, a folder with config.json and safetensors, or a llama2.c checkpoint (.bin)" };
    private readonly Option<int> _threads = new("--threads") { Description = "Threads that compute. Default: one a processor" };

    public ModelArgument() => _threads.Validators.Add(result =>
    {
        if (result.GetValueOrDefault<int>() is < 0 or > 1024)
            result.AddError("--threads takes 1 to 1,024, or 0 for one a processor.");
    });

    public void AddTo(Command command)
    {
        command.Arguments.Add(_path);
        command.Options.Add(_threads);
    }

    public ModelFile File(ParseResult parsed) => ModelFile.Open(parsed.GetRequiredValue(_path));

    /// <summary>Opens model and tokeniser.</summary>
    public LocalModel Open(ParseResult parsed) => Open(File(parsed), parsed);

    public LocalModel Open(ModelFile file, ParseResult parsed) => new(LanguageModel.Open(file, new() { Threads = parsed.GetValue(_threads) }), ModelTokenizer.Open(file));
}

/// <summary>A model with its tokeniser.</summary>
internal sealed record LocalModel(LanguageModel Model, Tokenizer Tokenizer) : IDisposable
{
    /// <summary>The tokens of a text as the model was trained to read it.</summary>
    public int[] Document(string text) => Tokenizer.Encode(text, EncodeOptions.Document);

    /// <summary>A control token's text; empty where the model has none.</summary>
    public string TextOf(int? token) => token is { } id ? Tokenizer.Vocabulary.Text(id) : "";

    public void Dispose() => Model.Dispose();

    /// <summary>Reads a text file.</summary>
    public static async Task<string> TextAsync(FileInfo file, CancellationToken cancellationToken) => file.Exists
        ? await System.IO.File.ReadAllTextAsync(file.FullName, cancellationToken)
        : throw new NotFoundException($"There is no file '{file.FullName}'.");
}
