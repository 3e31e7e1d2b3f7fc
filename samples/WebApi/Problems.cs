using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Mvc;
using TenantEncryption.Errors;

namespace TenantEncryption.WebApi;

/// <summary>
/// Errors as problem details (RFC 9457): the code, and what leads to it. An error's own text may name a path or a key's ARN; it goes to the log alone.
/// </summary>
internal sealed class Problems(IProblemDetailsService problems) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext context, Exception exception, CancellationToken cancellationToken)
    {
        ProblemDetails? problem = exception switch
        {
            TenantEncryptionException error => Of(error),
            UploadNotFoundException => new ProblemDetails { Status = StatusCodes.Status404NotFound, Title = "There is no such upload." },
            _ => null,
        };
        if (problem is null)
        {
            return false;
        }

        context.Response.StatusCode = problem.Status!.Value;
        return await problems.TryWriteAsync(new ProblemDetailsContext { HttpContext = context, ProblemDetails = problem, Exception = exception });
    }

    private static ProblemDetails Of(TenantEncryptionException error) => new()
    {
        Status = error.Definition.Kind switch
        {
            ErrorKind.InvalidInput => StatusCodes.Status400BadRequest,
            ErrorKind.NotFound => StatusCodes.Status404NotFound,
            ErrorKind.Denied => StatusCodes.Status403Forbidden,
            ErrorKind.Unavailable => StatusCodes.Status503ServiceUnavailable,
            _ => StatusCodes.Status500InternalServerError,
        },
        Title = error.Definition.Cause,
        Extensions = { ["code"] = error.Code },
    };
}
