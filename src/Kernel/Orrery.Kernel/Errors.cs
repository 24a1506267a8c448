namespace Orrery.Kernel;

/// <summary>Why a request was refused. Each wire translates these to its own codes.</summary>
public enum ErrorCode
{
    /// <summary>The request breaks a rule that it could have kept.</summary>
    Invalid,
    /// <summary>Nobody is signed in, or the token is unknown.</summary>
    Unauthenticated,
    /// <summary>The caller's role does not allow it.</summary>
    Forbidden,
    /// <summary>The named thing does not exist.</summary>
    NotFound,
    /// <summary>It contradicts what exists.</summary>
    Conflict,
    /// <summary>A condition that must hold first, a gate for example, does not.</summary>
    PreconditionFailed,
    /// <summary>More than was allotted: size, rate, budget.</summary>
    QuotaExceeded,
    /// <summary>It may work later.</summary>
    Unavailable,
    /// <summary>A fault of Orrery's own.</summary>
    Internal,
}

/// <summary>
/// A refusal. <see cref="Exception.Message"/> is for the caller: it says what was expected, what came, and what to do.
/// Caller bugs inside the process are not refusals; they throw the BCL's argument exceptions.
/// </summary>
public class OrreryException(ErrorCode code, string detail, Exception? inner = null) : Exception(detail, inner)
{
    /// <summary>Why it was refused.</summary>
    public ErrorCode Code { get; } = code;
}

/// <summary>The named thing does not exist.</summary>
public sealed class NotFoundException(string detail) : OrreryException(ErrorCode.NotFound, detail);

/// <summary>It contradicts what exists.</summary>
public sealed class ConflictException(string detail, Exception? inner = null) : OrreryException(ErrorCode.Conflict, detail, inner);

/// <summary>The request breaks a rule that it could have kept.</summary>
public sealed class InvalidException(string detail, Exception? inner = null) : OrreryException(ErrorCode.Invalid, detail, inner)
{
    /// <summary>What is wrong, place by place (a field's path, or <c>line 3</c>), where more than one thing is.</summary>
    public IReadOnlyDictionary<string, string> Errors { get; init; } = new Dictionary<string, string>();
}

/// <summary>A condition that must hold first does not.</summary>
public sealed class PreconditionFailedException(string detail) : OrreryException(ErrorCode.PreconditionFailed, detail);

/// <summary>More than was allotted.</summary>
public sealed class QuotaExceededException(string detail) : OrreryException(ErrorCode.QuotaExceeded, detail)
{
    /// <summary>How long to wait until the same may be tried again; null where waiting does not help.</summary>
    public TimeSpan? RetryAfter { get; init; }
}

/// <summary>It may work later.</summary>
public sealed class UnavailableException(string detail, Exception? inner = null) : OrreryException(ErrorCode.Unavailable, detail, inner);
