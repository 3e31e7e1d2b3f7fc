using System.Management.Automation;
using System.Management.Automation.Host;
using TenantEncryption.Errors;

namespace TenantEncryption.PowerShell.Hosting;

/// <summary>Asks the user through PowerShell's ShouldProcess; a prompt that can't be shown is an error instead of a hang.</summary>
/// <param name="cmdlet">The cmdlet that asks.</param>
internal sealed class Confirmation(PSCmdlet cmdlet)
{
    /// <summary>Whether the command only tells what it would do.</summary>
    public bool IsWhatIf => IsOn("WhatIf", "WhatIfPreference");

    /// <summary>Whether asking shows nothing to anybody: no prompt, no <c>-WhatIf</c>, no verbose line. The answer is yes.</summary>
    public bool IsMoot => !IsWhatIf && !WillPrompt(Impact) && !IsVerbose;

    /// <summary>Asks.</summary>
    /// <param name="shouldProcess">PowerShell's own question.</param>
    /// <param name="force">Whether <c>-Force</c> answers it.</param>
    /// <returns>Whether to go on.</returns>
    /// <exception cref="TenantEncryptionException"><c>CONFIRMATION_REQUIRED</c>.</exception>
    public bool Ask(Func<bool> shouldProcess, bool force)
    {
        if (IsWhatIf)
        {
            return shouldProcess();
        }

        return (force && !IsConfirmGiven) || Prompt(WillPrompt(Impact), shouldProcess);
    }

    /// <summary>Asks a question of its own about what can't be undone, with the weight of ConfirmImpact High whatever the cmdlet's is.</summary>
    /// <param name="shouldProcess">PowerShell's own question, for <c>-WhatIf</c>.</param>
    /// <param name="question">The question.</param>
    /// <param name="force">Whether <c>-Force</c> answers it.</param>
    /// <returns>Whether to go on.</returns>
    /// <exception cref="TenantEncryptionException"><c>CONFIRMATION_REQUIRED</c>.</exception>
    public bool AskForGood(Func<bool> shouldProcess, Func<bool> question, bool force)
    {
        if (IsWhatIf)
        {
            return shouldProcess();
        }

        bool asks = WillPrompt(ConfirmImpact.High) && !(force && !IsConfirmGiven);
        return !asks || Prompt(true, question);
    }

    /// <summary>Asks a question that no preference answers, where somebody can.</summary>
    /// <param name="question">The question.</param>
    /// <returns>The answer; <see langword="null"/> where no prompt can be shown.</returns>
    public bool? TryAsk(Func<bool> question)
    {
        try
        {
            return CanPrompt ? question() : null;
        }
        catch (Exception exception) when (exception is PSInvalidOperationException or HostException or NotImplementedException)
        {
            return null;
        }
    }

    /// <summary>Has the user type a phrase.</summary>
    /// <param name="warning">What it is about.</param>
    /// <param name="phrase">The phrase, exactly.</param>
    /// <returns>Whether it was typed.</returns>
    public bool ReadPhrase(string warning, string phrase)
    {
        cmdlet.Host.UI.WriteWarningLine(warning);
        cmdlet.Host.UI.Write($"Type \"{phrase}\" to go on: ");
        bool typed = cmdlet.Host.UI.ReadLine() == phrase;
        if (!typed)
        {
            cmdlet.Host.UI.WriteWarningLine("That is not the phrase: nothing was changed.");
        }

        return typed;
    }

    private ConfirmImpact Impact =>
        cmdlet.GetType().GetCustomAttributes(typeof(CmdletAttribute), inherit: false).OfType<CmdletAttribute>().Single().ConfirmImpact;

    private bool IsConfirmGiven => cmdlet.MyInvocation.BoundParameters.ContainsKey("Confirm");

    private bool Prompt(bool willPrompt, Func<bool> question)
    {
        if (willPrompt && !CanPrompt)
        {
            throw Required(null);
        }

        try
        {
            return question();
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

    private bool WillPrompt(ConfirmImpact impact)
    {
        if (cmdlet.MyInvocation.BoundParameters.TryGetValue("Confirm", out object? confirm))
        {
            return ((SwitchParameter)confirm).IsPresent;
        }

        var preference = LanguagePrimitives.ConvertTo<ConfirmImpact>(cmdlet.GetVariableValue("ConfirmPreference", ConfirmImpact.High));
        return preference != ConfirmImpact.None && impact >= preference;
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
