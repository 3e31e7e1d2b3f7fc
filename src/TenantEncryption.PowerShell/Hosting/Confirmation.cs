using System.Management.Automation;
using System.Management.Automation.Host;
using TenantEncryption.Errors;

namespace TenantEncryption.PowerShell.Hosting;

/// <summary>Asks the user through PowerShell's ShouldProcess; a prompt that can't be shown is an error instead of a hang.</summary>
/// <param name="cmdlet">The cmdlet that asks.</param>
internal sealed class Confirmation(PSCmdlet cmdlet)
{
    /// <summary>Whether asking shows nothing to anybody: no prompt, no <c>-WhatIf</c>, no verbose line. The answer is yes.</summary>
    public bool IsMoot => !IsOn("WhatIf", "WhatIfPreference") && !WillPrompt && !IsVerbose;

    /// <summary>Asks.</summary>
    /// <param name="shouldProcess">PowerShell's own question.</param>
    /// <param name="force">Whether <c>-Force</c> answers it.</param>
    /// <returns>Whether to go on.</returns>
    /// <exception cref="TenantEncryptionException"><c>CONFIRMATION_REQUIRED</c>.</exception>
    public bool Ask(Func<bool> shouldProcess, bool force)
    {
        if (IsOn("WhatIf", "WhatIfPreference"))
        {
            return shouldProcess();
        }

        if (force && !cmdlet.MyInvocation.BoundParameters.ContainsKey("Confirm"))
        {
            return true;
        }

        if (WillPrompt && !CanPrompt)
        {
            throw Required(null);
        }

        try
        {
            return shouldProcess();
        }
        catch (Exception exception) when (exception is PSInvalidOperationException or HostException or NotImplementedException)
        {
            // -NonInteractive, and hosts without a user.
            throw Required(exception);
        }
    }

    private bool IsVerbose => cmdlet.MyInvocation.BoundParameters.TryGetValue("Verbose", out object? given)
        ? ((SwitchParameter)given).IsPresent
        : LanguagePrimitives.ConvertTo<ActionPreference>(cmdlet.GetVariableValue("VerbosePreference", ActionPreference.SilentlyContinue))
            is not (ActionPreference.SilentlyContinue or ActionPreference.Ignore);

    private bool WillPrompt
    {
        get
        {
            if (cmdlet.MyInvocation.BoundParameters.TryGetValue("Confirm", out object? confirm))
            {
                return ((SwitchParameter)confirm).IsPresent;
            }

            var impact = cmdlet.GetType().GetCustomAttributes(typeof(CmdletAttribute), inherit: false).OfType<CmdletAttribute>().Single().ConfirmImpact;
            var preference = LanguagePrimitives.ConvertTo<ConfirmImpact>(cmdlet.GetVariableValue("ConfirmPreference", ConfirmImpact.High));
            return preference != ConfirmImpact.None && impact >= preference;
        }
    }

    /// <summary>
    /// Whether somebody can see the prompt. A console reads answers from its input, so one that is redirected would wait for ever or take
    /// the end of the input for an answer; a job would wait, Blocked, until somebody receives it.
    /// </summary>
    private bool CanPrompt => cmdlet.Host.Name switch
    {
        "ConsoleHost" => !Console.IsInputRedirected,
        "ServerRemoteHost" => false,
        _ => true,
    };

    private static TenantEncryptionException Required(Exception? cause) =>
        new(ErrorCodes.ConfirmationRequired, "The command asks for confirmation, and this session can't show a prompt; -Confirm:$false answers it.", cause);

    private bool IsOn(string parameter, string preference) =>
        cmdlet.MyInvocation.BoundParameters.TryGetValue(parameter, out object? given)
            ? ((SwitchParameter)given).IsPresent
            : LanguagePrimitives.IsTrue(cmdlet.GetVariableValue(preference, defaultValue: false));
}
