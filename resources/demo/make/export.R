# SPDX-License-Identifier: GPL-3.0-or-later
# Rscript export.R DIR: writes DIR/spam.csv and DIR/credit.csv as Debian's R packages carry them.
directory <- commandArgs(trailingOnly = TRUE)[1]
write <- function(frame, name) {
  write.csv(frame, file.path(directory, name), row.names = FALSE, quote = FALSE)
}
data(spam, package = "kernlab")
write(spam, "spam.csv")
data(GermanCredit, package = "caret")
write(GermanCredit[, c(setdiff(names(GermanCredit), "Class"), "Class")], "credit.csv")
