using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using Orrery.Kernel;
using Orrery.Language.Sentences;
using Orrery.Platform.Hosting;

namespace Orrery.Gateway.Providers.Local.Encoders;

/// <summary>The encoders in the folder of models, each opened with its first request and kept.</summary>
internal sealed class LocalEncoders(IOptions<GatewayOptions> options, DataFolder data) : IDisposable
{
    private readonly ConcurrentDictionary<string, Lazy<ITextEncoder>> _encoders = new(StringComparer.Ordinal);

    /// <summary>The folder of models.</summary>
    public string Folder => options.Value.Models ?? Path.Combine(data.Path, "models");

    /// <exception cref="ProviderFault">There is no such model, or it cannot be run.</exception>
    public ITextEncoder Open(string name)
    {
        var encoder = _encoders.GetOrAdd(name, key => new Lazy<ITextEncoder>(() => Read(key)));
        try
        {
            return encoder.Value;
        }
        catch (Exception refusal) when (refusal is OrreryException or IOException)
        {
            // The folder may be put right without a restart.
            _encoders.TryRemove(new(name, encoder));
            throw new ProviderFault(FaultKind.Lasting, $"The local model '{name}' cannot embed: {refusal.Message}", refusal);
        }
    }

    public void Dispose()
    {
        foreach (var encoder in _encoders.Values.Where(encoder => encoder.IsValueCreated))
            encoder.Value.Dispose();
    }

    private ITextEncoder Read(string name)
    {
        var path = Path.Combine(Folder, name);
        var threads = options.Value.Threads;
        if (name == BuiltInEncoder.Name)
        {
            return BuiltInEncoder.IsInstalled(Folder)
                ? BuiltInEncoder.Open(path, threads)
                : throw new NotFoundException($"it is not installed. 'orrery gateway install {name}' fetches its 26 MB.");
        }

        if (!new DirectoryInfo(path).Exists)
            return TransformerEncoder.OpenFile(path, threads);
        if (SentenceEncoder.Recognises(path))
            throw new InvalidException($"weights of TensorFlow.js are run under the name '{BuiltInEncoder.Name}' alone.");
        var folder = SentenceTransformerFolder.Read(path);
        if (folder.HasWeights)
            return TransformerEncoder.OpenFolder(folder, threads);
        return folder.OnnxFile is not null ? new OnnxEncoder(folder, threads) : throw new InvalidException($"'{path}' has neither model.safetensors nor model.onnx.");
    }
}
