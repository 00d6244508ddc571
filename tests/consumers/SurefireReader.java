import java.io.PrintStream;
import java.util.List;
import org.apache.maven.plugin.surefire.log.api.ConsoleLogger;
import org.apache.maven.plugins.surefire.report.ReportTestCase;
import org.apache.maven.plugins.surefire.report.ReportTestSuite;
import org.apache.maven.plugins.surefire.report.TestSuiteXmlParser;

/** Prints what Surefire's parser reads in each given report: the counts, then the cases, with tabs between fields. */
class SurefireReader {
    public static void main(String[] reports) throws Exception {
        var out = new PrintStream(System.out, true, "UTF-8");
        for (String report : reports) {
            List<ReportTestSuite> suites = new TestSuiteXmlParser((ConsoleLogger) null).parse(report);
            int tests = 0, failures = 0, errors = 0, skipped = 0;
            for (ReportTestSuite suite : suites) {
                tests += suite.getNumberOfTests();
                failures += suite.getNumberOfFailures();
                errors += suite.getNumberOfErrors();
                skipped += suite.getNumberOfSkipped();
            }
            out.printf("report\t%d\t%d\t%d\t%d%n", tests, failures, errors, skipped);
            for (ReportTestSuite suite : suites) {
                for (ReportTestCase test : suite.getTestCases()) {
                    String outcome = test.hasFailure() ? "failure"
                        : test.hasError() ? "error" : test.hasSkipped() ? "skipped" : "passed";
                    String said = test.getFailureMessage() == null ? "" : test.getFailureMessage();
                    out.printf("case\t%s\t%s\t%.3f\t%s\t%s%n",
                        test.getFullClassName(), test.getName(), test.getTime(), outcome, said);
                }
            }
        }
    }
}
