// Keys with roles, sessions of browsers and sign-in links: see storage/identity/. The key of an
// administrator who is an employee has the role that it had before by a mark of its own.
MATCH (k:ApiKey) WHERE k.administrator AND k.employee IS NOT NULL AND k.roles IS NULL
SET k.roles = ['admin'];
MATCH (k:ApiKey) WHERE k.administrator IS NOT NULL
REMOVE k.administrator;
CREATE CONSTRAINT browser_session_id IF NOT EXISTS FOR (n:BrowserSession) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT browser_session_hash IF NOT EXISTS FOR (n:BrowserSession) REQUIRE n.hash IS UNIQUE;
CREATE CONSTRAINT sign_in_link_hash IF NOT EXISTS FOR (n:SignInLink) REQUIRE n.hash IS UNIQUE;
CREATE CONSTRAINT employee_author IF NOT EXISTS FOR (n:Employee) REQUIRE n.author IS UNIQUE;
