using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using Orrery.Kernel;
using Orrery.Language.ChatTemplates;
using Orrery.Language.Inference;
using Orrery.Language.Tokenizers;
using Orrery.Language.Tokenizers.Loading;
using Orrery.Language.Weights;
using Orrery.Platform.Hosting;

namespace Orrery.Gateway.Providers.Local;

/// <summary>A model of the folder, with its tokenizer and its chat template.</summary>
internal sealed record LocalModel(LanguageModel Model, Tokenizer Tokenizer, ChatTemplate? Template)
{
    /// <summary>The text of a special token, which templates write themselves.</summary>
    public string TextOf(int? token) => token is { } id ? Tokenizer.Vocabulary.Text(id) : "";
}

/// <summary>The models of the folder, each opened with its first request and kept.</summary>
internal sealed class LocalModels(IOptions<GatewayOptions> options, DataFolder data) : IDisposable
{
    private readonly ConcurrentDictionary<string, Lazy<LocalModel>> _models = new(StringComparer.Ordinal);

    /// <exception cref="ProviderFault">There is no such file, or it cannot be run.</exception>
    public LocalModel Open(string name)
    {
        var model = _models.GetOrAdd(name, key => new Lazy<LocalModel>(() => Read(key)));
        try
        {
            return model.Value;
        }
        catch (OrreryException refusal)
        {
            // The file may be put right without a restart.
            _models.TryRemove(new(name, model));
            throw new ProviderFault(FaultKind.Lasting, $"The local model '{name}' cannot be run: {refusal.Message}", refusal);
        }
    }

    public void Dispose()
    {
        foreach (var model in _models.Values.Where(model => model.IsValueCreated))
            model.Value.Model.Dispose();
    }

    private LocalModel Read(string name)
    {
        var file = ModelFile.Open(Path.Combine(options.Value.Models ?? Path.Combine(data.Path, "models"), name));
        var template = file.Metadata.FindString("tokenizer.chat_template") is { Length: > 0 } source ? ChatTemplate.Parse(source) : null;
        return new LocalModel(LanguageModel.Open(file, new LanguageModelOptions { Threads = options.Value.Threads }), GgufTokenizer.Load(file.Metadata), template);
    }
}
