using System.Reflection;
using TenantEncryption.Testing;
using Xunit.Abstractions;
using Xunit.Sdk;

[assembly: TestFramework("TenantEncryption.PostgreSql.Tests.Running.SkippingFramework", "TenantEncryption.PostgreSql.Tests")]

namespace TenantEncryption.PostgreSql.Tests.Running;

/// <summary>Skips all tests where there is no PostgreSQL, and says so of each.</summary>
public sealed class SkippingFramework(IMessageSink messageSink) : XunitTestFramework(messageSink)
{
    /// <inheritdoc/>
    protected override ITestFrameworkExecutor CreateExecutor(AssemblyName assemblyName) => PostgreSqlServer.Missing is { } missing
        ? new SkippingExecutor(missing, assemblyName, SourceInformationProvider, DiagnosticMessageSink)
        : base.CreateExecutor(assemblyName);

    private sealed class SkippingExecutor(string reason, AssemblyName assembly, ISourceInformationProvider sources, IMessageSink diagnostics)
        : XunitTestFrameworkExecutor(assembly, sources, diagnostics)
    {
        protected override void RunTestCases(IEnumerable<IXunitTestCase> testCases, IMessageSink executionMessageSink, ITestFrameworkExecutionOptions executionOptions) =>
            base.RunTestCases(
                testCases.Select(one => new SkippedCase(reason, DiagnosticMessageSink, one.TestMethod, one.TestMethodArguments)), executionMessageSink, executionOptions);
    }

    private sealed class SkippedCase : XunitTestCase
    {
        [Obsolete("For deserialization, as xunit asks for.")]
        public SkippedCase()
        {
        }

        public SkippedCase(string reason, IMessageSink diagnostics, ITestMethod method, object[]? arguments)
            : base(diagnostics, TestMethodDisplay.ClassAndMethod, TestMethodDisplayOptions.None, method, arguments) => SkipReason = reason;
    }
}
