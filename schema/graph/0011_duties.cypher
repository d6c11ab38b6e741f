// Duties in dimensions that are lent for a time: see storage/duties.py.
CREATE CONSTRAINT duty_loan_key IF NOT EXISTS FOR (n:DutyLoan) REQUIRE n.key IS UNIQUE;
